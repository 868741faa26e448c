import { describe, expect, it } from "vitest";
import { resultOf, runOf, succeededAt } from "./testing/training-examples.ts";
import { scoresText, unreadRuns, withResults } from "./training-results.ts";
import type { TrainingRun } from "./training-run.ts";

const at = (minute: number) => `2024-11-09T03:${String(minute).padStart(2, "0")}:00Z`;
const named = (runs: readonly TrainingRun[]) => runs.map(({ name }) => name);
const served = (job: string, minute: number, servingVersion: string | null) => ({
  result: resultOf(job, at(minute)),
  servingVersion,
});
const empty = { history: [], servingVersion: null };

describe("what is read of runs", () => {
  it("is each result once: not of a run that goes on, nor of one whose result is there", () => {
    const runs = [runOf("running"), runOf("new", succeededAt(at(2))), runOf("old", succeededAt(at(1)))];

    expect(named(unreadRuns(runs, { ...empty, history: [resultOf("old", at(1))] }))).toEqual(["new"]);
  });

  it("is not again what is older than all results that are kept, or as old", () => {
    const history = Array.from({ length: 10 }, (_, i) => resultOf(`kept-${i}`, at(20 - i)));
    const runs = [
      runOf("new", succeededAt(at(21))),
      runOf("tie", succeededAt(at(11))),
      runOf("old", succeededAt(at(1))),
    ];

    expect(named(unreadRuns(runs, { history, servingVersion: null }))).toEqual(["new"]);
  });
});

describe("the record of a training", () => {
  it("stays the very same where nothing was read", () => {
    expect(withResults(empty, [])).toBe(empty);
  });

  it("keeps the ten newest results, the newest first", () => {
    const history = Array.from({ length: 10 }, (_, i) => resultOf(`old-${i}`, at(20 - i)));

    const record = withResults({ history, servingVersion: null }, [served("b", 30, null), served("a", 29, null)]);

    expect(record.history.map(({ job }) => job)).toEqual(["b", "a", ...history.slice(0, 8).map(({ job }) => job)]);
  });

  it("tells the serving version of the newest run that knew it", () => {
    const before = { history: [resultOf("first", at(1))], servingVersion: "v1" };
    const broken = { result: resultOf("third", at(3), { outcome: "NotTrained", reason: "Error" }) };

    expect(withResults(before, [broken]).servingVersion).toBe("v1");
    expect(withResults(before, [broken, served("second", 2, "v2")]).servingVersion).toBe("v2");
    expect(withResults(before, [served("late", 0, "v0")]).servingVersion).toBe("v1");
    expect(withResults(before, [served("fourth", 4, null)]).servingVersion).toBeNull();
  });

  it("is told in a line by the scores that there are", () => {
    const scores = { rows: 1, positives: 1, brier: 0.03123456, logLoss: 0.1, calibrationError: 0.01 };

    expect(scoresText(resultOf("a", at(1), { candidate: scores, persistence: { ...scores, brier: 0.04 } }))).toBe(
      "Brier: candidate 0.03123, persistence 0.04",
    );
    expect(scoresText(resultOf("a", at(1)))).toBe("");
  });
});
