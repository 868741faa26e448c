import { describe, expect, it } from "vitest";
import { sortOut } from "./sort-out.ts";
import { noon, pollAt, row } from "./testing/readings.ts";

describe("the rows of a poll", () => {
  it("that are not valid are a dead letter each, with the row's number and what it was", () => {
    const rows = [row("A"), row(null), row("B", { docks: -1 }), row("C", { bikes: Number.NaN })];

    const { valid, deadLetters } = sortOut("paris", pollAt(0, rows));

    expect(valid.map(({ station }) => station)).toEqual(["A"]);
    expect(deadLetters).toMatchObject([
      { source: "paris", at: noon, reason: "missing-station", detail: "row 1: expected a station code, got none" },
      { reason: "invalid-count", detail: "row 2: docks: expected a whole number of at least 0, got -1" },
      { reason: "invalid-count", detail: "row 3: bikes: expected a whole number of at least 0, got not a number" },
    ]);
    expect(deadLetters[1]?.excerpt).toBe('{"stationcode":"B","bikes":4}');
    expect(new Set(deadLetters.map(({ id }) => id)).size, "identities").toBe(3);
  });

  it("that are equal and not valid are told apart by their number", () => {
    const { deadLetters } = sortOut("paris", pollAt(0, [row("A"), row(null), row(null)]));

    expect(new Set(deadLetters.map(({ id }) => id)).size).toBe(2);
  });

  it("name a station twice: the first counts, and only a difference is a dead letter", () => {
    const rows = [
      row("A", { bikes: 4 }),
      row("A", { bikes: 4 }),
      row("A", { bikes: 5 }),
      row("A", { ebike: Number.NaN }),
    ];

    const { valid, deadLetters } = sortOut("paris", pollAt(0, rows));

    expect(valid).toEqual([rows[0]]);
    const detail = (number: number) =>
      `row ${number}: station A is listed twice with different content; the first counts`;
    expect(deadLetters).toMatchObject([
      { reason: "duplicate-station", detail: detail(2) },
      { reason: "duplicate-station", detail: detail(3) },
    ]);
  });

  it("name a station twice, the first time not validly: the valid one counts", () => {
    const { valid, deadLetters } = sortOut("paris", pollAt(0, [row("A", { bikes: null }), row("A", { bikes: 5 })]));

    expect(valid.map(({ bikes }) => bikes)).toEqual([5]);
    expect(deadLetters.map(({ reason }) => reason)).toEqual(["invalid-count"]);
  });

  it("of which none is valid are one dead letter for all", () => {
    const rows = [row("A", { bikes: null }), row(null), row("B", { bikes: null })];

    const { valid, deadLetters } = sortOut("paris", pollAt(0, rows));

    expect(valid).toEqual([]);
    expect(deadLetters).toMatchObject([
      {
        reason: "no-valid-row",
        detail: "expected at least one valid row, got 3 rows: 2 invalid-count, 1 missing-station",
        excerpt: '{"stationcode":"A","bikes":null}',
      },
    ]);
  });

  it("that are none at all are one dead letter", () => {
    expect(sortOut("paris", pollAt(0, [])).deadLetters).toMatchObject([
      { reason: "no-valid-row", detail: "expected at least one valid row, got 0 rows", excerpt: "" },
    ]);
  });
});
