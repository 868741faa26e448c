import { type Comparison, compareHistory, compareResults } from "../real/flow/same-results.ts";
import type { ReplayedSource } from "./pipeline.ts";
import type { Tables } from "./undisturbed.ts";

/** Compares every row of every table of two runs, numbers to the last digit. */
export async function compareTables(
  expected: Tables,
  actual: Tables,
  sources: readonly ReplayedSource[],
  days: readonly string[],
): Promise<Comparison> {
  const parts = [await compareResults(expected.results, actual.results)];
  parts.push(
    compareLists("station state", await expected.results.stations({}), await actual.results.stations({})),
    compareLists("source state", await expected.results.sources(), await actual.results.sources()),
    compareLists("dead letter", await expected.deadLetters.list({}), await actual.deadLetters.list({})),
  );
  for (const { name } of sources) parts.push(await compareHistory(expected.history, actual.history, name, days));
  return {
    compared: parts.reduce((sum, { compared }) => sum + compared, 0),
    differences: parts.flatMap(({ differences }) => differences),
  };
}

function compareLists(what: string, expected: readonly object[], actual: readonly object[]): Comparison {
  const differences: string[] = [];
  const [left, right] = [expected.map(canonical), actual.map(canonical)];
  for (let n = 0; n < Math.max(left.length, right.length); n++) {
    if (left[n] === right[n]) continue;
    differences.push(`${what}: expected ${left[n] ?? "nothing"}\n     got ${right[n] ?? "nothing"}`);
  }
  return { compared: left.length, differences: differences.slice(0, 5) };
}

function canonical(row: object): string {
  return JSON.stringify(Object.fromEntries(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1))));
}
