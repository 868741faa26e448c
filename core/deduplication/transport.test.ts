import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LogRecord } from "../log/record.ts";
import { endOf, everyObservation } from "../windows/testing/every-observation.ts";
import type { Feed } from "../windows/testing/feeds.ts";
import { feed } from "../windows/testing/feeds.ts";
import { fuzz, fuzzTimeoutMs, inTurn } from "../windows/testing/fuzz.ts";
import type { AggregatedRecord } from "../windows/testing/records.ts";
import { minuteMs } from "../windows/testing/records.ts";
import { tablesOf, textOf } from "../windows/testing/tables.ts";
import { byCommune } from "../zones/zone-rule.ts";
import type { DeduplicationSettings } from "./deduplicator.ts";
import { produce } from "./testing/log.ts";

const feeds = feed("paris", { fixedHold: true });
const windows = { lengthMs: 3 * minuteMs, latenessMs: minuteMs / 2 };
const restarts = fc.array(fc.boolean(), { minLength: 1, maxLength: 12 });

function settingsOf({ source, holdsMs, keyframeMs }: Feed): DeduplicationSettings {
  return { source, holdMs: holdsMs[0] ?? 0, keyframeMs, zoneOf: byCommune };
}

function tableText(records: readonly AggregatedRecord[]): string {
  const end = endOf(records);
  return textOf(tablesOf(end === null ? records : [...records, end], windows));
}

function aggregated(log: readonly LogRecord[]): AggregatedRecord[] {
  return log.filter((record) => record.kind !== "station");
}

/** A poll's records have no order among stations. */
function byStation(log: readonly LogRecord[]): string[] {
  const key = (record: LogRecord) => ("station" in record ? `${record.station} ${record.kind}` : "~marker");
  const sorted = log.toSorted((a, b) => a.at - b.at || (key(a) < key(b) ? -1 : 1));
  return sorted.map((record) => JSON.stringify(record));
}

function restarting([first = false, ...others]: boolean[]): (poll: number) => boolean {
  const next = inTurn([first, ...others]);
  return () => next();
}

describe("deduplication, over made-up feeds,", { timeout: fuzzTimeoutMs }, () => {
  it("is transport only: the windows are those of every observation", () => {
    let sent = 0;
    let observed = 0;
    fc.assert(
      fc.property(feeds, (one) => {
        const log = aggregated(produce(one.polls, settingsOf(one)).log);
        const every = everyObservation(one);

        sent += log.length;
        observed += every.length;
        expect(tableText(log)).toBe(tableText(every));
      }),
      fuzz(1_000),
    );
    expect(sent, `records sent of ${observed}`).toBeLessThan(observed);
  });

  it("makes the same records, markers and feed health whenever its process restarts", () => {
    fc.assert(
      fc.property(feeds, restarts, (one, choices) => {
        const undisturbed = produce(one.polls, settingsOf(one));

        const restarted = produce(one.polls, settingsOf(one), restarting(choices));

        expect(byStation(restarted.log)).toEqual(byStation(undisturbed.log));
        expect(restarted.outcomes.map(({ deadLetters }) => deadLetters)).toEqual(
          undisturbed.outcomes.map(({ deadLetters }) => deadLetters),
        );
      }),
      fuzz(1_000),
    );
  });

  it("sends each station that is known at least every keyframe interval", () => {
    fc.assert(
      fc.property(feeds, (one) => {
        const { log } = produce(one.polls, settingsOf(one));
        const sentAt = new Map<string, number>();

        for (const record of log) {
          if (record.kind !== "poll" && record.kind !== "end" && record.kind !== "station") {
            sentAt.set(record.station, record.at);
          }
          if (record.kind !== "poll") continue;
          const oldest = Math.min(...sentAt.values());
          expect(record.at - oldest).toBeLessThan(one.keyframeMs);
        }
      }),
      fuzz(300),
    );
  });
});
