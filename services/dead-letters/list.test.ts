import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openDataDir } from "../../adapters/sqlite/data-dir.ts";
import { SqliteDeadLetters } from "../../adapters/sqlite/sqlite-dead-letters.ts";
import { type DeadLetter, deadLetter } from "../../core/dead-letter/dead-letter.ts";
import { callVelib } from "../cli/testing/call-velib.ts";
import { minute, noon } from "../producer/testing/polls.ts";

const letters: DeadLetter[] = [
  deadLetter("paris", noon, "truncated-body", "the JSON breaks off", '[{"a": 1},\n{"b'),
  deadLetter("paris", noon + minute, "invalid-count", "bikes: got none", { row: 1 }, 1),
  deadLetter("oslo", noon + 2 * minute, "invalid-count", "bikes: got \u001b[31mred", { row: 2 }, 2),
];
let dir: string;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "velib-letters-"));
  const opened = openDataDir(join(dir, "velib-data"));
  await new SqliteDeadLetters(opened.database).put(letters);
  opened.close();
});

afterAll(() => rmSync(dir, { recursive: true }));

async function list(...args: string[]) {
  return callVelib(["dead-letters", "list", ...args], dir);
}

it("prints a line a letter, the newest first, and nothing that steers a terminal", async () => {
  const { code, stdout } = await list();

  expect(code).toBe(0);
  const lines = stdout.trimEnd().split("\n");
  expect(lines.map((line) => line.split(/ {2,}/).slice(1))).toEqual([
    ["time", "source", "reason", "detail"],
    ["2024-11-08T12:02:00Z", "oslo", "invalid-count", "bikes: got �[31mred"],
    ["2024-11-08T12:01:00Z", "paris", "invalid-count", "bikes: got none"],
    ["2024-11-08T12:00:00Z", "paris", "truncated-body", "the JSON breaks off"],
  ]);
});

it.each([
  ["a reason", ["--reason", "truncated-body"], ["paris"]],
  ["a source", ["--source", "oslo"], ["oslo"]],
  ["a time on", ["--since", "2024-11-08T12:01:00Z"], ["oslo", "paris"]],
  ["the newest", ["--limit", "1"], ["oslo"]],
])("finds letters of %s", async (_what, args, sources) => {
  const { stdout } = await list(...args, "--format", "ndjson");

  const found = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(found.map(({ source }) => source)).toEqual(sources);
});

it("gives JSON with the fields of the API's", async () => {
  const { stdout } = await list("--format", "json", "--reason", "truncated-body");

  expect(JSON.parse(stdout)).toEqual([
    {
      id: letters[0]?.id,
      source: "paris",
      at: "2024-11-08T12:00:00Z",
      reason: "truncated-body",
      detail: "the JSON breaks off",
      excerpt: '[{"a": 1},\n{"b',
      origin: null,
      ancestor: null,
      redriven_at: null,
    },
  ]);
});

it("counts by source and reason", async () => {
  const { stdout } = await list("--counts", "--source", "paris");

  expect(stdout).toBe("source  reason          letters\nparis   invalid-count   1\nparis   truncated-body  1\n");
});

it("shows one letter whole, and why its record can't be sent again", async () => {
  const { stdout } = await list("--id", letters[0]?.id ?? "");

  expect(stdout).toContain("redrive   the rest of the body never came; fill the gap from a recording\n");
  expect(stdout).toContain('\n\n[{"a": 1},\n{"b\n');
});

it.each([
  [["list", "--limit", "0"], '--limit: expected a whole number from 1, got "0"'],
  [["list", "--since", "noon"], "--since: expected a time such as"],
  [["list", "--reason", "bad"], "Allowed choices are"],
  [["list", "--config", "a", "--data-dir", "b"], "--config and --data-dir: the letters are in one of them"],
  [["list", "--data-dir", "nowhere"], "--data-dir nowhere: holds no data yet"],
  [["redrive"], "required option '--config <file>' not specified"],
])("refuses %j in one line", async (args, expected) => {
  const { code, stderr } = await callVelib(["dead-letters", ...args], dir);

  expect(code).toBe(2);
  expect(stderr).toContain(expected);
  expect(stderr.trimEnd().split("\n")).toHaveLength(1);
});
