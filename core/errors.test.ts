import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { errorCodes, VelibError } from "./errors.ts";

/** The cells of the rows whose first cell is a code, over all tables of the page. */
function documentedCodes(): string[][] {
  const page = readFileSync(new URL("../docs/reference/errors.md", import.meta.url), "utf8");
  const rows = page.split("\n").filter((line) => line.startsWith("| `VELIB_"));
  return rows.map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

describe("docs/reference/errors.md", () => {
  it("names exactly the codes that there are, each with its exit code and whether trying again can help", () => {
    const documented = documentedCodes().map(([code, , , exitCode, retryable]) => [code, exitCode, retryable]);

    const expected = Object.entries(errorCodes).map(([code, { retryable, exitCode }]) => {
      return [`\`${code}\``, String(exitCode), retryable ? "yes" : "no"];
    });
    expect(documented.toSorted()).toEqual(expected.toSorted());
  });

  it("says of each code what it means and what to do", () => {
    for (const [code, meaning, remedy, ...rest] of documentedCodes()) {
      expect(meaning, `${code}: what it means`).toMatch(/^[A-Z].*\.$/);
      expect(remedy, `${code}: what to do`).toMatch(/^[0-9A-Z].*\.$/);
      expect(rest, `${code}: cells after these`).toHaveLength(2);
    }
  });
});

describe("error codes", () => {
  it.each(Object.keys(errorCodes))("%s names its area and what happened", (code) => {
    expect(code).toMatch(/^VELIB(_[A-Z]+){2,}$/);
  });
});

describe("an error", () => {
  it("carries its code, whether trying again can help, its exit code and its cause", () => {
    const cause = new Error("refused");

    const error = new VelibError("VELIB_SOURCE_UNREACHABLE", "cannot reach the feed; check the address", { cause });

    expect(error).toMatchObject({
      name: "VelibError",
      code: "VELIB_SOURCE_UNREACHABLE",
      message: "cannot reach the feed; check the address",
      retryable: true,
      exitCode: 2,
      cause,
    });
    expect(error).toBeInstanceOf(Error);
  });

  it.each([
    ["VELIB_CONFIG_INVALID", false, 2],
    ["VELIB_CHECKPOINT_FENCED", false, 1],
  ] as const)("%s is retryable: %s, and exits with %d", (code, retryable, exitCode) => {
    expect(new VelibError(code, "it failed")).toMatchObject({ retryable, exitCode });
  });
});
