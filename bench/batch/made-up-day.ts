import { noHealth } from "../../core/feed-health/health-tracker.ts";
import type { ObservationRecord, PollMarker } from "../../core/log/record.ts";
import type { HistoryStore } from "../../core/ports/history-store.ts";

export const day = "2024-11-08";
const minuteMs = 60_000;
const start = Date.parse(`${day}T00:00:00Z`);

/**
 * A day of a large network polled every minute, in which two of five stations change at each poll: 0.86 M
 * observations of 1,500 stations.
 */
export async function appendMadeUpDay(history: HistoryStore, stations: number): Promise<number> {
  let written = 0;
  for (let minute = 0; minute < 1445; minute += 15) {
    const observations: ObservationRecord[] = [];
    const polls: PollMarker[] = [];
    for (let poll = minute; poll < minute + 15; poll++) {
      const at = start + poll * minuteMs;
      const changed = changesAt(poll, at, stations);
      observations.push(...changed);
      polls.push(markerAt(at, stations, changed.length));
    }
    await history.append({ observations, polls, partition: 0, offset: BigInt(minute + 15) });
    written += observations.length;
  }
  return written;
}

function changesAt(poll: number, at: number, stations: number): ObservationRecord[] {
  const changes: ObservationRecord[] = [];
  for (let n = 0; n < stations; n++) {
    if ((n + 2 * poll) % 5 >= 2) continue;
    const bikes = (n * 7 + poll) % 41;
    changes.push({
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
      zone: String(1 + (n % 20)),
      reportedAt: at - 30_000,
    });
  }
  return changes;
}

function markerAt(at: number, observed: number, changes: number): PollMarker {
  return {
    kind: "poll",
    source: "paris",
    at,
    holdMs: 600_000,
    observed,
    changes,
    movedAt: at,
    feedTime: at,
    health: noHealth,
  };
}
