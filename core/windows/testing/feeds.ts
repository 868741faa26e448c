import fc from "fast-check";
import type { Poll, StationMetadata, StationReading, UnreadablePoll } from "../../observation/reading.ts";
import { noMetadata } from "../../observation/reading.ts";
import { minuteMs, noon } from "./records.ts";

/** A made-up network and what polling it gave. */
export interface Feed {
  source: string;
  /** In order of arrival; times may repeat or go back. */
  polls: (Poll | UnreadablePoll)[];
  /** How long the observations of the polls hold, by the polls' order, ms. */
  holdsMs: number[];
  keyframeMs: number;
}

const stationCodes = ["1001", "1002", "2001", "12003", "21005", "31009"];
const communes = ["North", "South", "East"];

/** How a station's row differs from the one before. */
type Step =
  | { kind: "same" }
  | { kind: "missing" }
  | { kind: "invalid"; bikes: number | null }
  | { kind: "counts"; bikes: number; docks: number; ebike: number | null }
  | { kind: "flags"; installed: boolean | null; renting: boolean | null; returning: boolean | null }
  | { kind: "metadata"; capacity: number | null; commune: string | null };

const step: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: fc.constant<Step>({ kind: "same" }), weight: 8 },
  { arbitrary: fc.constant<Step>({ kind: "missing" }), weight: 3 },
  {
    arbitrary: fc.record({ kind: fc.constant("invalid"), bikes: fc.constantFrom(null, -1, 1.5, Number.NaN) }),
    weight: 1,
  },
  {
    arbitrary: fc.record({
      kind: fc.constant("counts"),
      bikes: fc.constantFrom(0, 1, 2, 7, 31),
      docks: fc.constantFrom(0, 0, 3, 11),
      ebike: fc.constantFrom(null, 0, 1),
    }),
    weight: 5,
  },
  {
    arbitrary: fc.record({
      kind: fc.constant("flags"),
      installed: fc.constantFrom(true, false, null),
      renting: fc.constantFrom(true, false, null),
      returning: fc.constantFrom(true, null),
    }),
    weight: 2,
  },
  {
    arbitrary: fc.record({
      kind: fc.constant("metadata"),
      capacity: fc.constantFrom(null, 0, 10, 23),
      commune: fc.constantFrom(null, ...communes),
    }),
    weight: 2,
  },
);

/** Times between polls: mostly regular, sometimes none, backwards, or a gap of hours. */
const pauseMs = fc.oneof(
  { arbitrary: fc.constant(minuteMs), weight: 6 },
  { arbitrary: fc.integer({ min: 1, max: 4 * minuteMs }), weight: 4 },
  { arbitrary: fc.integer({ min: 5 * minuteMs, max: 20 * minuteMs }), weight: 2 },
  { arbitrary: fc.integer({ min: minuteMs, max: 300 * minuteMs }), weight: 1 },
  { arbitrary: fc.integer({ min: -3 * minuteMs, max: 0 }), weight: 1 },
);

const turn = fc.record({
  pauseMs,
  body: fc.oneof({ arbitrary: fc.constant("good"), weight: 16 }, fc.constantFrom("unreadable", "empty")),
  steps: fc.array(step, { minLength: stationCodes.length, maxLength: stationCodes.length }),
  /** A station that is listed a second time, with other counts. */
  repeated: fc.oneof(
    { arbitrary: fc.constant(null), weight: 9 },
    { arbitrary: fc.nat(stationCodes.length - 1), weight: 1 },
  ),
  /** How far the feed's own clock is behind the poll. */
  feedAgeMs: fc.constantFrom(0, 2 * minuteMs, 45 * minuteMs, null),
  holdMs: fc.constantFrom(10 * minuteMs, 10 * minuteMs, 10 * minuteMs, 90_500, 25 * minuteMs),
});
type Turn = typeof turn extends fc.Arbitrary<infer T> ? T : never;

/**
 * @param fixedHold whether all polls hold equally long, as they do for one producer.
 * @returns feeds whose rows say everything, or whose stations are listed apart (GBFS), of up to six stations.
 */
export function feed(source: string, { fixedHold }: { fixedHold: boolean }): fc.Arbitrary<Feed> {
  return fc
    .record({
      turns: fc.array(turn, { minLength: 1, maxLength: 24, size: "max" }),
      stations: fc.integer({ min: 1, max: stationCodes.length }),
      listedApart: fc.boolean(),
      keyframeMs: fc.constantFrom(1, 3 * minuteMs, 10 * minuteMs, 60 * minuteMs),
      holdMs: fc.constantFrom(2 * minuteMs, 10 * minuteMs, 17 * minuteMs),
    })
    .map(({ turns, stations, listedApart, keyframeMs, holdMs }) => ({
      source,
      polls: pollsOf(turns, stationCodes.slice(0, stations), listedApart),
      holdsMs: turns.map((one) => (fixedHold ? holdMs : one.holdMs)),
      keyframeMs,
    }));
}

function pollsOf(turns: readonly Turn[], codes: readonly string[], listedApart: boolean): (Poll | UnreadablePoll)[] {
  const rows = new Map<string, StationReading>(codes.map((code) => [code, firstRow(code)]));
  let at = noon;
  let information = new Map<string, StationMetadata>();
  return turns.map(({ pauseMs: pause, body, steps, repeated, feedAgeMs }) => {
    at += pause;
    if (body === "unreadable")
      return { at, reason: "unreadable-body", detail: "expected JSON, got HTML", excerpt: "<html>" };
    const readings: StationReading[] = [];
    for (const [i, code] of codes.entries()) {
      const taken = take(rows.get(code) ?? firstRow(code), steps[i] ?? { kind: "same" });
      rows.set(code, taken.row);
      if (taken.said !== null) readings.push(taken.said);
      if (taken.said !== null && repeated === i) readings.push({ ...taken.said, bikes: 99, mechanical: null });
    }
    if (body === "empty") return { at, readings: readings.map((row) => ({ ...row, bikes: null })), feedTime: null };
    const feedTime = feedAgeMs === null ? null : at - feedAgeMs;
    if (!listedApart) return { at, readings, feedTime };
    // An unchanged list is the same object, as with an adapter that fetches it seldom.
    if ([...rows].some(([code, row]) => information.get(code) !== row.metadata)) {
      information = new Map([...rows].map(([code, row]) => [code, row.metadata]));
    }
    return { at, readings: readings.map((row) => ({ ...row, metadata: noMetadata })), information, feedTime };
  });
}

/** The row that lasts after a step, and what this poll says of the station; null when it says nothing. */
function take(row: StationReading, next: Step): { row: StationReading; said: StationReading | null } {
  switch (next.kind) {
    case "same":
      return { row, said: row };
    case "missing":
      return { row, said: null };
    case "invalid":
      return { row, said: { ...row, bikes: next.bikes } };
    case "counts": {
      const { bikes, docks, ebike } = next;
      const counts = { bikes, docks, ebike, mechanical: ebike === null ? null : bikes };
      return same({ ...row, ...counts });
    }
    case "flags": {
      const { installed, renting, returning } = next;
      return same({ ...row, installed, renting, returning });
    }
    case "metadata":
      return same({ ...row, metadata: metadata(next.capacity, next.commune) });
  }
}

function same(row: StationReading): { row: StationReading; said: StationReading } {
  return { row, said: row };
}

function metadata(capacity: number | null, commune: string | null): StationMetadata {
  return { ...noMetadata, capacity, commune };
}

function firstRow(station: string): StationReading {
  return {
    station,
    bikes: 2,
    mechanical: 1,
    ebike: 1,
    docks: 8,
    installed: true,
    renting: true,
    returning: true,
    reportedAt: null,
    metadata: metadata(10, "North"),
    raw: { station },
  };
}
