import { noHealth } from "../../core/feed-health/health-tracker.ts";
import type { ObservationRecord } from "../../core/log/record.ts";
import type { PollRecords } from "../../core/ports/observation-log.ts";

const minuteMs = 60_000;

/** What every station of a made-up network shows at a time: always something else than a minute before. */
export function observationsAt(at: number, stations: number): ObservationRecord[] {
  return Array.from({ length: stations }, (_, n) => {
    const bikes = (n + at / minuteMs) % 40;
    return {
      kind: "change",
      source: "paris",
      station: String(10_000 + n),
      at,
      bikes,
      mechanical: Math.floor(bikes / 2),
      ebike: Math.ceil(bikes / 2),
      docks: 40 - bikes,
      installed: true,
      renting: true,
      returning: true,
      capacity: 40,
      zone: `Paris ${n % 20}e`,
      reportedAt: at - 30_000,
    };
  });
}

/** The same as a poll for the log. */
export function pollAt(at: number, stations: number): PollRecords {
  const records = observationsAt(at, stations);
  const marker = {
    kind: "poll" as const,
    source: "paris",
    at,
    holdMs: 10 * minuteMs,
    observed: stations,
    changes: stations,
    movedAt: at,
    feedTime: null,
    health: noHealth,
  };
  return { records, marker };
}
