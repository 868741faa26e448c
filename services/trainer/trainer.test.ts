import Value from "typebox/value";
import { describe, expect, it } from "vitest";
import { SqliteModels } from "../../adapters/sqlite/sqlite-models.ts";
import { hour, minute, monday, pollsBetween } from "../../core/models/testing/station-history.ts";
import { TrainingResult, terminationMessageBytes } from "../../core/models/training-result.ts";
import { timeZone } from "../../core/time/time-zone.ts";
import { readHistory } from "./read-history.ts";
import { failedResult } from "./result-file.ts";
import { commuterHistory } from "./testing/commuter-history.ts";
import type { TrainerSettings } from "./trainer.ts";
import { runTraining } from "./trainer.ts";

const day = 24 * hour;
const twoWeeks = pollsBetween(monday, monday + 12 * day);
const now = Date.parse("2025-06-01T00:00:00Z");
const signal = new AbortController().signal;

const settings: TrainerSettings = {
  training: {
    source: "paris",
    name: "full-60m",
    target: "Full",
    horizonMs: hour,
    toleranceMs: null,
    zone: timeZone("UTC")!,
    solver: { kind: "Newton", l2: 1 },
    split: null,
    promotion: { metric: "Brier", minimumGain: 0 },
  },
  history: { stations: [], lengthMs: 30 * day, until: now, keyframeMs: 10 * minute },
  pin: null,
};

function changed(training: Partial<TrainerSettings["training"]>, pin: string | null = null): TrainerSettings {
  return { ...settings, training: { ...settings.training, ...training }, pin };
}

async function trainerOn(polls: readonly number[]) {
  const { dir, history } = await commuterHistory(polls);
  const models = SqliteModels.open(dir);
  return {
    models,
    run: (given: TrainerSettings = settings) =>
      runTraining(given, { history, models, now: () => now, onRead: () => {}, signal }),
  };
}

describe("a training", () => {
  it("stores the first model that beats persistence and puts it into service", async () => {
    const { models, run } = await trainerOn(twoWeeks);

    const result = await run();

    const serving = await models.serving("paris", "full-60m");
    expect(result).toMatchObject({ outcome: "Promoted", reason: "BetterThanPersistence", serving: null });
    expect(result.serving_version).toBe(result.model_version);
    expect(serving?.model.version).toBe(result.model_version);
    expect(serving?.result).toMatchObject({ candidate: result.candidate, persistence: result.persistence });
    expect(serving?.trainedAt).toBe(now);
  });

  it("done again over the same history finds the same version, and changes nothing", async () => {
    const { models, run } = await trainerOn(twoWeeks);
    const first = await run();

    const again = await run();

    expect(again).toMatchObject({ outcome: "NotPromoted", reason: "AlreadyServing" });
    expect(again.model_version).toBe(first.model_version);
    expect(again.serving?.version).toBe(first.model_version);
    expect(await models.versions("paris", "full-60m")).toHaveLength(1);
  });

  it("keeps a candidate that is not better beside the one that serves", async () => {
    const { models, run } = await trainerOn(twoWeeks);
    const first = await run();

    const worse = await run(changed({ solver: { kind: "Newton", l2: 100_000 } }));

    expect(worse).toMatchObject({ outcome: "NotPromoted", serving_version: first.model_version });
    expect(worse.model_version).not.toBe(first.model_version);
    expect(await models.versions("paris", "full-60m")).toHaveLength(2);
    expect((await models.serving("paris", "full-60m"))?.model.version).toBe(first.model_version);
  });

  it("rolls back to a pinned version and holds it against a better candidate", async () => {
    const { models, run } = await trainerOn(twoWeeks);
    const worse = await run(
      changed({ solver: { kind: "Newton", l2: 10_000 }, promotion: { metric: "Brier", minimumGain: 0 } }),
    );
    const better = await run();
    expect(better.outcome).toBe("Promoted");

    const pinned = await run(changed({}, worse.model_version));

    expect(pinned).toMatchObject({ outcome: "NotPromoted", reason: "Pinned", serving_version: worse.model_version });
    expect((await models.serving("paris", "full-60m"))?.model.version).toBe(worse.model_version);
  });

  it("refuses to pin what is not there, before any work", async () => {
    const { models, run } = await trainerOn(twoWeeks);

    await expect(run(changed({}, "20240101-00000000"))).rejects.toMatchObject({ code: "VELIB_MODEL_UNKNOWN" });

    expect(await models.versions("paris", "full-60m")).toEqual([]);
  });

  it.each([
    ["no poll at all", [], "NotEnoughData"],
    ["a weekend on which no station fills", twoWeeks.slice(5 * 144, 7 * 144), "OneOutcomeOnly"],
  ])("on %s tells why there is no model", async (_what, polls, reason) => {
    const { models, run } = await trainerOn(polls);

    const result = await run();

    expect(result).toMatchObject({ outcome: "NotTrained", reason, model_version: null, serving_version: null });
    expect(await models.versions("paris", "full-60m")).toEqual([]);
  });

  it("tells all of it in a document of the schema that fits a termination message", async () => {
    const { run } = await trainerOn(twoWeeks);
    await run();

    const result = { ...(await run(changed({ solver: { kind: "Newton", l2: 3 } }))), duration_seconds: 1.5 };
    const failed = failedResult(settings.training, new Error("x".repeat(10_000)), 1);

    for (const document of [result, failed]) {
      expect([...Value.Errors(TrainingResult, document)]).toEqual([]);
      expect(Buffer.byteLength(JSON.stringify(document))).toBeLessThan(terminationMessageBytes);
    }
    expect(result.serving).not.toBeNull();
  });
});

describe("the history it reads", () => {
  const wanted = { source: "paris", stations: [], lengthMs: 2 * day, until: now, keyframeMs: 10 * minute, signal };

  it("reaches back from the newest poll, however long ago that was", async () => {
    const { history } = await commuterHistory(twoWeeks);

    const { polls, stations, observations } = await readHistory(history, wanted);

    expect([polls[0], polls.at(-1)]).toEqual([monday + 10 * day, monday + 12 * day - 10 * minute]);
    expect(stations.map(({ station }) => station)).toEqual(["1", "2", "3"]);
    expect(observations).toBe(3 * 2 * 144);
  });

  it("is of the named stations only, and ends before a given time", async () => {
    const { history } = await commuterHistory(twoWeeks);

    const read = await readHistory(history, { ...wanted, stations: ["3", "9"], until: monday + 5 * day });

    expect(read.polls.at(-1)).toBe(monday + 5 * day - 10 * minute);
    expect(read.stations.map(({ station, length }) => [station, length])).toEqual([["3", 2 * 144]]);
  });

  it("is left in the middle when the process is to stop", async () => {
    const { history } = await commuterHistory(twoWeeks);

    const reading = readHistory(history, { ...wanted, lengthMs: 12 * day, signal: AbortSignal.abort() });

    await expect(reading).rejects.toMatchObject({ code: "VELIB_JOB_STOPPED" });
  });
});
