/**
 * How observations lie in the day's files. `holds_until` makes the step function whole: a value counts from
 * `observed_at` to there, so that an average over time needs no other row.
 */
export const observationColumns = {
  source: "VARCHAR",
  station: "VARCHAR",
  observed_at: "TIMESTAMPTZ",
  holds_until: "TIMESTAMPTZ",
  bikes: "BIGINT",
  mechanical: "BIGINT",
  ebike: "BIGINT",
  docks: "BIGINT",
  places: "BIGINT",
  is_installed: "BOOLEAN",
  is_renting: "BOOLEAN",
  is_returning: "BOOLEAN",
  capacity: "BIGINT",
  zone: "VARCHAR",
  reported_at: "TIMESTAMPTZ",
} as const;

/** The CSV that a reader of the history writes: without a header, times in ms, null as nothing. */
export const rawColumns = {
  station: "VARCHAR",
  at_ms: "BIGINT",
  bikes: "BIGINT",
  mechanical: "BIGINT",
  ebike: "BIGINT",
  docks: "BIGINT",
  is_installed: "BIGINT",
  is_renting: "BIGINT",
  is_returning: "BIGINT",
  capacity: "BIGINT",
  zone: "VARCHAR",
  reported_ms: "BIGINT",
} as const;

export const pollColumns = { at_ms: "BIGINT", hold_ms: "BIGINT" } as const;

/** `{'station': 'VARCHAR', …}`, as `read_csv` takes it. */
export function structOf(columns: Record<string, string>): string {
  return `{${Object.entries(columns).map(([name, type]) => `'${name}': '${type}'`)}}`;
}

/**
 * For every time up to which an observation can be followed (the next poll that brought a record, or the end of its
 * keyframe interval): until when the last poll before it holds. A table of its own, because it is small: to look for
 * the poll of each of a million observations sorted them all a second time.
 */
export function holdEnds(keyframeMs: number): string {
  return `
WITH bounds AS (SELECT at_ms AS bound FROM polls UNION SELECT at_ms + ${keyframeMs} FROM polls)
SELECT bound, p.at_ms + p.hold_ms AS held_ms FROM bounds ASOF JOIN polls p ON bound > p.at_ms`;
}

/**
 * Every observation of `raw` with the end of its hold, ms:
 * until = min(next, last poll before min(next, at + keyframe interval) + hold). The history has changes and keyframes
 * only; a station that is still observed has a record of its own after the keyframe interval at most, and was
 * observed at every poll before it. An observation whose poll is not in the history (yet) holds for no time.
 */
export function heldObservations(keyframeMs: number): string {
  return `
WITH followed AS (
  SELECT *, lead(at_ms) OVER (PARTITION BY station ORDER BY at_ms) AS next_ms FROM raw
)
SELECT f.* EXCLUDE (next_ms), least(coalesce(f.next_ms, held_ms), coalesce(held_ms, f.at_ms)) AS until_ms
FROM followed f
LEFT JOIN hold_ends ON bound = least(coalesce(f.next_ms, f.at_ms + ${keyframeMs}), f.at_ms + ${keyframeMs})`;
}

/** The columns of the files, from those of `held`. */
export function observationsOf(source: string): string {
  return `
SELECT ${source} AS source, station, make_timestamptz(at_ms * 1000) AS observed_at, make_timestamptz(until_ms * 1000) AS holds_until,
  bikes, mechanical, ebike, docks, greatest(coalesce(capacity, 0), bikes + docks) AS places,
  is_installed = 1 AS is_installed, is_renting = 1 AS is_renting, is_returning = 1 AS is_returning,
  capacity, zone, make_timestamptz(reported_ms * 1000) AS reported_at
FROM held`;
}

/**
 * What reports read beside `observations`: the step function within the day, those values included that were
 * observed before it and still held. `held_ms` is whole ms: sums of it are exact, in any order.
 * @param start, end the day as SQL timestamps
 */
export function statesOf(tables: readonly string[], start: string, end: string): string {
  const all = tables.map((table) => `SELECT * FROM ${table}`).join(" UNION ALL ");
  return `
SELECT source, station, zone, greatest(observed_at, ${start}) AS starts_at, least(holds_until, ${end}) AS ends_at,
  date_diff('millisecond', greatest(observed_at, ${start}), least(holds_until, ${end})) AS held_ms,
  bikes, mechanical, ebike, docks, places, is_installed, is_renting, is_returning, capacity
FROM (${all}) WHERE holds_until > ${start} AND observed_at < ${end}`;
}

/** ISO 8601 UTC, with milliseconds only where there are any: the form of all our CSV. */
export function isoText(column: string): string {
  const utc = `${column} AT TIME ZONE 'UTC'`;
  return `CASE WHEN epoch_ms(${column}) % 1000 = 0 THEN strftime(${utc}, '%Y-%m-%dT%H:%M:%SZ')
    ELSE strftime(${utc}, '%Y-%m-%dT%H:%M:%S.%gZ') END`;
}
