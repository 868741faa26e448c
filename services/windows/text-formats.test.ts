import { expect, it } from "vitest";
import { allOf } from "../../test/contracts/all-of.ts";
import { csv, json } from "./text-formats.ts";
import type { Column } from "./window-table.ts";
import { isoTime } from "./window-table.ts";

interface Row {
  name: string;
  at: number | null;
  mean: number | null;
  count: number;
}

const columns: Column<Row>[] = [
  { name: "name", type: "text", value: (row) => row.name },
  { name: "at", type: "time", value: (row) => row.at },
  { name: "mean", type: "number", value: (row) => row.mean },
  { name: "count", type: "integer", value: (row) => row.count },
];

const noon = Date.UTC(2024, 10, 8, 12);

async function* rows(...given: Row[]): AsyncGenerator<Row> {
  yield* given;
}

async function text(pieces: AsyncIterable<string>): Promise<string> {
  return (await allOf(pieces)).join("");
}

it.each([
  ["plain", "plain"],
  ["a, b", '"a, b"'],
  ['say "so"', '"say ""so"""'],
  ["two\nlines", '"two\nlines"'],
  ["a\rb", '"a\rb"'],
  ["", ""],
  ["é 東京 'x' ; y", "é 東京 'x' ; y"],
])("writes the name %j as CSV", async (name, cell) => {
  const written = await text(csv(columns, rows({ name, at: noon, mean: 1.5, count: 2 })));

  expect(written).toBe(`name,at,mean,count\n${cell},2024-11-08T12:00:00Z,1.5,2\n`);
});

it("writes null as an empty cell and numbers with all their digits", async () => {
  const written = await text(csv(columns, rows({ name: "", at: null, mean: null, count: 0 }, third())));

  expect(written).toBe(`name,at,mean,count\n,,,0\nx,2024-11-08T12:00:00.250Z,0.3333333333333333,-7\n`);
});

it("writes a header alone when there are no rows", async () => {
  expect(await text(csv(columns, rows()))).toBe("name,at,mean,count\n");
});

it("writes JSON with an object a line that any reader takes back", async () => {
  const row = { name: 'é "x"\n', at: noon, mean: null, count: 2 };

  const written = await text(json(columns, rows(row, third())));

  expect(JSON.parse(written)).toEqual([
    { name: 'é "x"\n', at: "2024-11-08T12:00:00Z", mean: null, count: 2 },
    { name: "x", at: "2024-11-08T12:00:00.250Z", mean: 1 / 3, count: -7 },
  ]);
  expect(written.trimEnd().split("\n")).toHaveLength(4);
});

it("writes an empty JSON list when there are no rows", async () => {
  expect(JSON.parse(await text(json(columns, rows())))).toEqual([]);
});

it.each([
  ["CSV", csv],
  ["JSON", json],
])("hands %s on in pieces", async (_name, format) => {
  const many = Array.from({ length: 5000 }, (_, i) => ({ name: `station ${i}`, at: noon + i, mean: i / 3, count: i }));

  const pieces = await allOf(format(columns, rows(...many)));

  expect(pieces.length).toBeGreaterThan(3);
  expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThan(70_000);
});

it.each([
  [noon, "2024-11-08T12:00:00Z"],
  [noon + 59_000, "2024-11-08T12:00:59Z"],
  [noon + 1, "2024-11-08T12:00:00.001Z"],
  [0, "1970-01-01T00:00:00Z"],
])("writes the time %i as %s", (ms, expected) => {
  expect(isoTime(ms)).toBe(expected);
});

function third(): Row {
  return { name: "x", at: noon + 250, mean: 1 / 3, count: -7 };
}
