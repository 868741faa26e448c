import type { Content } from "../../observation/observation.ts";
import type { Poll, StationReading } from "../../observation/reading.ts";
import type { Feed } from "./feeds.ts";
import type { AggregatedRecord } from "./records.ts";
import { soundHealth } from "./records.ts";

interface Seen {
  content: Content | null;
  capacity: number | null;
  commune: string | null;
}

/**
 * A feed without deduplication: at each poll that counts, a record for every station that is known by then, observed
 * or not. The zone is the commune. The feed's stations say their metadata in one way only: in rows or in a list.
 */
export function everyObservation({ source, polls, holdsMs }: Feed): AggregatedRecord[] {
  const records: AggregatedRecord[] = [];
  const stations = new Map<string, Seen>();
  let lastAt = Number.NEGATIVE_INFINITY;
  for (const [i, poll] of polls.entries()) {
    if (!("readings" in poll) || poll.at <= lastAt) continue;
    const valid = validRows(poll);
    if (valid.size === 0) continue;
    lastAt = poll.at;
    for (const [station, said] of poll.information ?? []) learn(stations, station, said);
    for (const [station, row] of valid) learn(stations, station, row.metadata);
    for (const [station, seen] of stations) {
      const { at } = poll;
      const row = valid.get(station);
      if (row === undefined) {
        records.push({ kind: "absent", source, station, at, zone: seen.commune, last: seen.content });
        continue;
      }
      seen.content = contentOf(row, seen.content);
      const { capacity, commune: zone } = seen;
      records.push({ kind: "change", source, station, at, ...seen.content, capacity, zone, reportedAt: null });
    }
    records.push({
      kind: "poll",
      source,
      at: poll.at,
      holdMs: holdsMs[i] ?? 0,
      observed: valid.size,
      changes: 0,
      movedAt: poll.at,
      feedTime: poll.feedTime,
      health: soundHealth,
    });
  }
  return records;
}

/** The end of a recording of the feed; null when no poll of it counted. */
export function endOf(records: readonly AggregatedRecord[]): AggregatedRecord | null {
  const last = records.at(-1);
  return last?.kind === "poll" ? { kind: "end", source: last.source, at: last.at + last.holdMs } : null;
}

/** The first valid row of each station. */
function validRows(poll: Poll): Map<string, StationReading> {
  const rows = new Map<string, StationReading>();
  for (const row of poll.readings) {
    const { station, bikes, docks } = row;
    if (station !== null && whole(bikes) && whole(docks) && !rows.has(station)) rows.set(station, row);
  }
  return rows;
}

function learn(
  stations: Map<string, Seen>,
  station: string,
  said: { capacity: number | null; commune: string | null },
): void {
  const last = stations.get(station) ?? { content: null, capacity: null, commune: null };
  const { content } = last;
  stations.set(station, { content, capacity: said.capacity ?? last.capacity, commune: said.commune ?? last.commune });
}

function contentOf(row: StationReading, last: Content | null): Content {
  const split = whole(row.mechanical) && whole(row.ebike);
  return {
    bikes: row.bikes ?? 0,
    docks: row.docks ?? 0,
    mechanical: split ? row.mechanical : null,
    ebike: split ? row.ebike : null,
    installed: row.installed ?? last?.installed ?? true,
    renting: row.renting ?? last?.renting ?? true,
    returning: row.returning ?? last?.returning ?? true,
  };
}

function whole(value: number | null): boolean {
  return Number.isInteger(value) && Number(value) >= 0;
}
