import type { types } from "cassandra-driver";
import type { PollMarker } from "../../core/log/record.ts";
import type { KeyedRow } from "./batch-writer.ts";
import { unset } from "./batch-writer.ts";
import { cqlBigint, cqlText, cqlTimestamp } from "./cql-bytes.ts";
import { numberOrNull } from "./observation-rows.ts";
import { monthOf } from "./time-buckets.ts";

export const pollColumns = "source, at, hold_ms, observed, changes, moved_at, feed_time, health";

export function insertPoll(keyspace: string): string {
  return `INSERT INTO ${keyspace}.polls (month, ${pollColumns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`;
}

export function pollRow(poll: PollMarker): KeyedRow {
  const month = monthOf(poll.at);
  const key = [cqlText(poll.source), cqlText(month)];
  return {
    partition: `${poll.source}\0${month}`,
    key,
    parameters: [
      cqlText(month),
      cqlText(poll.source),
      cqlTimestamp(poll.at),
      cqlBigint(poll.holdMs),
      cqlBigint(poll.observed),
      cqlBigint(poll.changes),
      cqlTimestamp(poll.movedAt),
      poll.feedTime === null ? unset : cqlTimestamp(poll.feedTime),
      JSON.stringify(poll.health),
    ],
  };
}

export function pollOf(row: types.Row): PollMarker {
  return {
    kind: "poll",
    source: String(row.get("source")),
    at: Number(row.get("at")),
    holdMs: Number(row.get("hold_ms")),
    observed: Number(row.get("observed")),
    changes: Number(row.get("changes")),
    movedAt: Number(row.get("moved_at")),
    feedTime: numberOrNull(row.get("feed_time")),
    health: JSON.parse(String(row.get("health"))),
  };
}
