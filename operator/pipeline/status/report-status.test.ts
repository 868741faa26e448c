import { describe, expect, it } from "vitest";
import { pipelineOf } from "../backbone/testing/backbone-pipeline.ts";
import type { ProcessReport } from "../reports/process-report.ts";
import { dataFindings, lastingLag, reportedStatus, twoDigits } from "./report-status.ts";

const fresh = { stale: false, cause: null };

function report(source: object = {}, lag = 0): ProcessReport {
  return {
    at: 0,
    sources: [
      {
        name: "paris",
        stations: 1_500,
        last_poll_at: "2026-01-05T12:00:00.000Z",
        ended: false,
        freshness: fresh,
        ...source,
      },
    ],
    deadLetters: new Map(),
    producersGone: false,
    backlogs: new Map([["aggregator", [{ topic: "t", lag, partitions: [] }]]]),
    readers: 1,
  };
}

describe("what a status takes over from the pipeline's processes", () => {
  const pipeline = pipelineOf();
  const before = reportedStatus(pipeline, report(), 0, {});

  it.each([
    ["a poll a minute later", { last_poll_at: "2026-01-05T12:01:00.000Z" }],
    ["some stations of many that did not answer", { stations: 1_488 }],
  ])("rests over %s", (_name, source) => {
    expect(reportedStatus(pipeline, report(source), 0, before)).toEqual(before);
  });

  it.each([
    ["five minutes", { last_poll_at: "2026-01-05T12:05:00.000Z" }, { lastObservationTime: "2026-01-05T12:05:00Z" }],
    ["a hundredth of the stations", { stations: 1_480 }, { stations: 1_480 }],
  ])("moves with %s", (_name, source, changes) => {
    expect(reportedStatus(pipeline, report(source), 0, before)).toMatchObject(changes);
  });

  it("keeps what it knows while nobody answers", () => {
    expect(reportedStatus(pipeline, null, null, before)).toEqual(before);
  });

  it("takes a recording that was read to its end for fresh", () => {
    const ended = report({ ended: true, freshness: { stale: true, cause: "polls_stopped" } });
    const status = reportedStatus(pipeline, ended, 0, {});
    expect(dataFindings(pipeline, status, ended)[0]).toMatchObject({ type: "DataFresh", status: "True" });
  });

  it("shows the lag that lasts, not what comes in with a poll", () => {
    expect(lastingLag([report({}, 1_500), report({}, 0), report({}, 1_500)])).toBe(0);
    expect(lastingLag([report({}, 9_000), report({}, 8_000)])).toBe(8_000);
    expect(lastingLag([{ ...report(), backlogs: new Map() }])).toBeNull();
  });

  it.each([
    [0, 0],
    [7, 7],
    [42, 42],
    [139, 130],
    [5_678, 5_600],
    [123_456_789, 120_000_000],
  ])("shows %i as %i", (count, shown) => {
    expect(twoDigits(count)).toBe(shown);
  });
});
