import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { deadLetter, deadLetterReasons, excerptLimit } from "./dead-letter.ts";

const row = { stationcode: "1001", bikes: null };
const letter = deadLetter("paris", 1000, "invalid-count", "row 3: bikes: got none", row, 3);

describe("a dead letter", () => {
  it("tells what could not be used and why", () => {
    expect(letter).toEqual({
      id: expect.stringMatching(/^[\w-]{22}$/),
      source: "paris",
      at: 1000,
      reason: "invalid-count",
      detail: "row 3: bikes: got none",
      excerpt: '{"stationcode":"1001","bikes":null}',
    });
  });

  it.each([
    ["text as it is", "<html>", "<html>"],
    ["other values as JSON", [1, "a"], '[1,"a"]'],
    ["null as JSON", null, "null"],
    ["nothing as nothing", undefined, ""],
  ])("shows %s", (_what, raw, excerpt) => {
    expect(deadLetter("paris", 1000, "unreadable-body", "expected JSON", raw).excerpt).toBe(excerpt);
  });

  it("shows the start of what is long", () => {
    const { excerpt } = deadLetter("paris", 1000, "truncated-body", "breaks off", "x".repeat(10_000));

    expect(excerpt).toBe("x".repeat(excerptLimit));
  });
});

describe("a dead letter's identity", () => {
  it("is the same for the same input, whatever the detail says", () => {
    expect(deadLetter("paris", 1000, "invalid-count", "another wording", { ...row }, 3).id).toBe(letter.id);
  });

  it("never changes, so that letters of an earlier release are known again", () => {
    // base64url of SHA-256 of ["paris",1000,"invalid-count",3,"{\"stationcode\":\"1001\",\"bikes\":null}"], 22 characters.
    expect(letter.id).toBe("FKeHam4mRiThZV4h23Sc1O");
  });

  it.each([
    ["source", deadLetter("oslo", 1000, "invalid-count", "", row, 3)],
    ["time", deadLetter("paris", 1001, "invalid-count", "", row, 3)],
    ["reason", deadLetter("paris", 1000, "late", "", row, 3)],
    ["position", deadLetter("paris", 1000, "invalid-count", "", row, 4)],
    ["content", deadLetter("paris", 1000, "invalid-count", "", { ...row, bikes: -1 }, 3)],
  ])("differs with the %s", (_what, other) => {
    expect(other.id).not.toBe(letter.id);
  });

  it("can't be made equal by moving text between its parts", () => {
    const one = deadLetter("a", 1, "late", "", "x", "b");
    const other = deadLetter("a", 1, "late", "", "bx", "");

    expect(one.id).not.toBe(other.id);
  });
});

describe("docs/reference/dead-letters.md", () => {
  const page = readFileSync(new URL("../../docs/reference/dead-letters.md", import.meta.url), "utf8");
  const rows = page
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

  it("names exactly the reasons that there are", () => {
    expect(rows.map(([reason]) => reason)).toEqual(deadLetterReasons.map((reason) => `\`${reason}\``));
  });

  it("says of each what it means and what to do", () => {
    for (const [reason, meaning, remedy, ...rest] of rows) {
      expect(meaning, `${reason}: what it means`).toMatch(/^[A-Z].*\.$/);
      expect(remedy, `${reason}: what to do`).toMatch(/^[A-Z].*\.$/);
      expect(rest, `${reason}: cells after these`).toEqual([]);
    }
  });

  it("gives the limit of an excerpt", () => {
    expect(page).toContain(`first ${excerptLimit.toLocaleString("en")} characters`);
  });
});
