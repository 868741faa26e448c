import { expect, it } from "vitest";
import { VelibError } from "../../core/errors.ts";
import { type Backlog, workedOff } from "./backlog.ts";

/** A group's backlog by [handled, end] of each partition. */
function backlogOf(...partitions: [number, number][]): Backlog {
  const told = partitions.map(([committed, end], partition) => ({ partition, committed, end, lag: end - committed }));
  const lag = told.reduce((sum, one) => sum + one.lag, 0);
  return { lag, groups: [{ group: "p.archiver", topic: "p.observations", lag, partitions: told }] };
}

/** Gives the answers one after the other, the last one for ever, and counts how often it was asked. */
function answering(...answers: (Backlog | VelibError)[]) {
  const asked = { times: 0 };
  const ask = async () => {
    const answer = answers[Math.min(asked.times++, answers.length - 1)];
    if (answer === undefined || answer instanceof VelibError) throw answer;
    return answer;
  };
  return { ask, asked };
}

const never = new AbortController().signal;

it.each<[string, Backlog[], number]>([
  ["nothing is left", [backlogOf([5, 5], [7, 7])], 1],
  ["nothing was ever sent", [backlogOf([0, 0])], 1],
  ["what was there is handled, though more came", [backlogOf([0, 5], [7, 7]), backlogOf([6, 90], [7, 70])], 2],
  ["each partition is", [backlogOf([0, 5], [0, 7]), backlogOf([5, 5], [6, 7]), backlogOf([5, 5], [7, 7])], 3],
  ["partitions that were added later are not waited for", [backlogOf([0, 5]), backlogOf([5, 5], [0, 9])], 2],
])("is worked off when %s", async (_name, answers, times) => {
  const { ask, asked } = answering(...answers);

  await workedOff(ask, never, 1);

  expect(asked.times).toBe(times);
});

it("asks again while the cluster does not answer", async () => {
  const outage = new VelibError("VELIB_KAFKA_UNREACHABLE", "Kafka at x: no answer; start it");
  const { ask, asked } = answering(outage, backlogOf([0, 5]), outage, backlogOf([5, 5]));

  await workedOff(ask, never, 1);

  expect(asked.times).toBe(4);
});

it("fails on what asking again can't mend", async () => {
  const refused = new VelibError("VELIB_KAFKA_AUTHORIZATION", "Kafka at x: not allowed; grant it");

  await expect(workedOff(answering(refused).ask, never, 1)).rejects.toBe(refused);
});

it("waits no longer than until the process is stopped", async () => {
  const stop = new AbortController();
  const { ask } = answering(backlogOf([0, 5]));
  const waiting = workedOff(ask, stop.signal, 1);

  stop.abort();

  await expect(waiting).resolves.toBeUndefined();
});
