import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { OutputFolder } from "./output-folder.ts";

const now = Date.parse("2024-11-09T02:15:00Z");

let dir: string;
let output: OutputFolder;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "velib-out-"));
  output = new OutputFolder(join(dir, "out"));
});

afterEach(() => rmSync(dir, { recursive: true }));

it("puts a file in the place of another one and tells its size and digest", async () => {
  const work = await output.begin(now);
  for (const text of ["old", "hello"]) {
    writeFileSync(join(work, "file"), text);
    const placed = await output.place(join(work, "file"), ["csv", "day=2024-11-08", "paris.csv"], 7);
    if (text === "old") continue;

    expect(placed).toEqual({
      path: "csv/day=2024-11-08/paris.csv",
      rows: 7,
      bytes: 5,
      sha256: "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
    });
  }

  expect(readFileSync(join(dir, "out/csv/day=2024-11-08/paris.csv"), "utf8")).toBe("hello");
  expect(readdirSync(join(dir, "out/csv/day=2024-11-08"))).toEqual(["paris.csv"]);
});

it("removes what a killed batch left a day ago, and leaves one alone that may be at work", async () => {
  mkdirSync(join(dir, "out/csv"), { recursive: true });
  for (const [name, hours] of [
    [".velib-batch-old", 25],
    [".velib-batch-new", 23],
    ["csv", 99],
  ] as const) {
    mkdirSync(join(dir, "out", name), { recursive: true });
    const at = now / 1000 - hours * 3600;
    utimesSync(join(dir, "out", name), at, at);
  }

  const work = await output.begin(now);

  expect(existsSync(work)).toBe(true);
  expect(readdirSync(join(dir, "out")).filter((name) => !work.endsWith(name))).toEqual([".velib-batch-new", "csv"]);
});

it("says which folder can't be written, and what to do", async () => {
  writeFileSync(join(dir, "file"), "");

  await expect(new OutputFolder(join(dir, "file", "out")).begin(now)).rejects.toMatchObject({
    code: "VELIB_OUTPUT_UNWRITABLE",
    message: expect.stringContaining(`--out ${dir}/file/out: `),
  });
});
