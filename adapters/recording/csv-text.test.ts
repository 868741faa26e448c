import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { linesOf, rowsOf } from "./csv-text.ts";

const folder = mkdtempSync(join(tmpdir(), "csv-text-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function read(name: string, bytes: Buffer | string): Promise<{ text: string; progress: number }[]> {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  const pieces: { text: string; progress: number }[] = [];
  for await (const piece of linesOf(path)) pieces.push(piece);
  return pieces;
}

test("a file comes in pieces of whole lines, characters of several bytes included", async () => {
  const text = "é€😀,1\n".repeat(60_000).concat("last,2");
  const pieces = await read("whole.csv", text);
  expect(pieces.map((piece) => piece.text).join("")).toBe(text);
  expect(pieces.length).toBeGreaterThan(2);
  expect(pieces.slice(0, -1).every((piece) => piece.text.endsWith("\n"))).toBe(true);
  expect(pieces.at(-1)!.progress).toBe(1);
  const steps = pieces.map(({ progress }) => progress);
  expect(steps).toEqual(steps.toSorted((a, b) => a - b));
});

test("a .gz is gunzipped", async () => {
  expect(await read("a.csv.gz", gzipSync("a,b\n1,2\n"))).toEqual([{ text: "a,b\n1,2\n", progress: 1 }]);
});

test.each([
  ["breaks off", gzipSync("a,b\n".repeat(10_000)).subarray(0, 40), /breaks off; get a complete copy/],
  ["is damaged", Buffer.from("no gzip at all"), /damaged/],
])("a .gz that %s is a clear error", async (_, bytes, message) => {
  await expect(read("broken.csv.gz", bytes)).rejects.toMatchObject({
    code: "VELIB_RECORDING_UNREADABLE",
    message: expect.stringMatching(message),
  });
});

test("a file that is not there is a clear error", async () => {
  await expect(linesOf(join(folder, "none.csv")).next()).rejects.toMatchObject({ code: "VELIB_RECORDING_UNREADABLE" });
});

test.each([
  [
    "a,b\n1,2\n",
    [
      ["a", "b"],
      ["1", "2"],
    ],
  ],
  [
    "a,b\r\n1,2\r\n",
    [
      ["a", "b"],
      ["1", "2"],
    ],
  ],
  ["a,b\n1\n\n1,2,3", [["a", "b"], ["1"], [""], ["1", "2", "3"]]],
  [
    '"a","b"\n"1,5","say ""x"""\n',
    [
      ["a", "b"],
      ["1,5", 'say "x"'],
    ],
  ],
  [
    '"a",b\r\n1,"2"\r\n',
    [
      ["a", "b"],
      ["1", "2"],
    ],
  ],
  ['a,b\n"1,2\n3,4\n', [["a", "b"], ['"1,2'], ["3", "4"]]],
])("%j is split", (text, rows) => {
  expect(rowsOf(text)).toEqual(rows);
});

test("text is split as csv-parse does it, with or without quotes", () => {
  const cell = fc.stringMatching(/^[a-z0-9 .é-]{0,5}$/);
  const rows = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1 });
  fc.assert(
    fc.property(rows, fc.boolean(), (cells, quoted) => {
      const written = (value: string) => (quoted ? `"${value}"` : value);
      const text = cells.map((row) => row.map(written).join(",")).join("\n");
      expect(rowsOf(text)).toEqual(parse(text, { relax_column_count: true }));
      expect(rowsOf(text)).toEqual(cells);
    }),
  );
});

test("no text makes it throw, and each line is one row", () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a",\\ ]*$/), { minLength: 1 }), (lines) => {
      expect(rowsOf(`${lines.join("\n")}\n`)).toHaveLength(lines.length);
    }),
  );
});
