import { expect, it } from "vitest";
import type { Content } from "../observation/observation.ts";
import { isStationKnown } from "./known-station.ts";

const minute = 60_000;
const polledAt = Date.UTC(2024, 10, 8, 12);
const source = { lastPollAt: polledAt, movedAt: polledAt, holdMs: 10 * minute };
const content: Content = {
  bikes: 3,
  mechanical: 2,
  ebike: 1,
  docks: 7,
  installed: true,
  renting: true,
  returning: true,
};

it.each([
  { what: "observed at the newest poll", seen: content, absentMin: null, ageMin: 0, known: true },
  { what: "never observed", seen: null, absentMin: null, ageMin: 0, known: false },
  { what: "missing for less than the hold", seen: content, absentMin: 9, ageMin: 0, known: true },
  { what: "missing for the hold", seen: content, absentMin: 10, ageMin: 0, known: false },
  { what: "its source not polled for the hold", seen: content, absentMin: null, ageMin: 10, known: false },
])("a station $what: known = $known", ({ seen, absentMin, ageMin, known }) => {
  const absentSince = absentMin === null ? null : polledAt - absentMin * minute;

  const result = isStationKnown({ content: seen, absentSince }, source, {
    now: polledAt + ageMin * minute,
    recorded: false,
  });

  expect(result).toBe(known);
});

it("keeps the stations of an ended recording known", () => {
  const present = { now: polledAt + 1_000_000 * minute, recorded: true };

  expect(isStationKnown({ content, absentSince: null }, source, present)).toBe(true);
});

it("keeps showing frozen data while its polls go on", () => {
  const frozen = { ...source, movedAt: polledAt - 120 * minute };

  expect(isStationKnown({ content, absentSince: null }, frozen, { now: polledAt, recorded: false })).toBe(true);
});

it("knows no station of a source without a poll", () => {
  expect(isStationKnown({ content, absentSince: null }, null, { now: polledAt, recorded: false })).toBe(false);
});
