import { afterEach, beforeEach, expect, it } from "vitest";
import { counted, openStore, recordsOf, startProcess } from "./testing/embedded-store.ts";
import { minute, noon, pollOf, reading, unreadable } from "./testing/polls.ts";

let store: ReturnType<typeof openStore>;

beforeEach(() => {
  store = openStore();
});

afterEach(() => store.close());

it("starts a new source without a last poll", async () => {
  const { lastPollAt } = await startProcess(store).producer("paris");

  expect(lastPollAt).toBeNull();
});

it("puts a poll into the log and what is wrong with it into the dead letters, and counts both", async () => {
  const process = startProcess(store);
  const { producer } = await process.producer("paris");

  const outcome = await producer.take(pollOf(noon, [reading("1001", 4, 6), reading("1002", -1, 6)]));

  expect((await recordsOf(store.log)).map(({ kind }) => kind)).toEqual(["station", "change", "poll"]);
  expect(await store.deadLetters.list({})).toMatchObject([{ source: "paris", at: noon, reason: "invalid-count" }]);
  expect(outcome).toMatchObject({ changes: 1, keyframes: 0, absences: 0 });
  const labels = { source: "paris" };
  expect(await counted(process.metrics, "velib_polls_total", { ...labels, outcome: "counted" })).toBe(1);
  expect(await counted(process.metrics, "velib_changes_total", labels)).toBe(1);
  expect(await counted(process.metrics, "velib_dead_letters_total", { ...labels, reason: "invalid-count" })).toBe(1);
});

it("leaves the log alone for a poll that does not count", async () => {
  const process = startProcess(store);
  const { producer } = await process.producer("paris");

  const outcome = await producer.take(unreadable(noon));

  expect(outcome.marker).toBeNull();
  expect(await recordsOf(store.log)).toEqual([]);
  expect(await store.deadLetters.list({})).toMatchObject([{ reason: "truncated-body", at: noon }]);
  expect(await counted(process.metrics, "velib_polls_total", { source: "paris", outcome: "rejected" })).toBe(1);
});

it("goes on where the log ends: what is unchanged is not sent again", async () => {
  const first = await startProcess(store).producer("paris");
  await first.producer.take(pollOf(noon, [reading("1001", 4, 6), reading("1002", 1, 9)]));

  const { producer, lastPollAt } = await startProcess(store).producer("paris");
  const outcome = await producer.take(pollOf(noon + minute, [reading("1001", 4, 6), reading("1002", 2, 8)]));

  expect(lastPollAt).toBe(noon);
  expect(outcome.records).toMatchObject([{ kind: "change", station: "1002" }]);
});

it("counts nothing as changed when the log was written with a longer keyframe interval", async () => {
  const first = await startProcess(store, { keyframeMs: 60 * minute }).producer("paris");
  for (let n = 0; n <= 30; n++) await first.producer.take(pollOf(noon + n * minute, [reading("1001", 4, 6)]));

  const { producer } = await startProcess(store, { keyframeMs: 2 * minute }).producer("paris");
  const outcome = await producer.take(pollOf(noon + 31 * minute, [reading("1001", 4, 6)]));

  expect(outcome).toMatchObject({ changes: 0, keyframes: 1 });
});

it("refuses a poll that the log already has", async () => {
  const first = await startProcess(store).producer("paris");
  await first.producer.take(pollOf(noon, [reading("1001", 4, 6)]));

  const { producer } = await startProcess(store).producer("paris");
  const outcome = await producer.take(pollOf(noon, [reading("1001", 5, 5)]));

  expect(outcome.marker).toBeNull();
  expect(outcome.deadLetters).toMatchObject([{ reason: "out-of-order-poll" }]);
});

it("ends a source once, in one process and over a restart, and again after it went on", async () => {
  const ends = async () => (await recordsOf(store.log)).filter(({ kind }) => kind === "end").map(({ at }) => at);
  const first = await startProcess(store).producer("paris");
  await first.producer.take(pollOf(noon, [reading("1001", 4, 6)]));

  await first.producer.end(noon + minute);
  await first.producer.end(noon + minute);
  const { producer, lastPollAt } = await startProcess(store).producer("paris");
  await producer.end(noon + minute);

  expect(await ends()).toEqual([noon + minute]);
  expect(lastPollAt).toBe(noon + minute);
  await producer.take(pollOf(noon + 2 * minute, [reading("1001", 5, 5)]));
  await producer.end(noon + 3 * minute);
  expect(await ends()).toEqual([noon + minute, noon + 3 * minute]);
});
