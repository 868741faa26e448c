import { expect, it } from "vitest";
import { table } from "./table.ts";

const load = { observations: 2_000_000, records: 2_000_100, windows: 4_000_000 };

function run(program: string, cpuSeconds: number, writesWindows: boolean) {
  return { program, load, cost: { cpuSeconds, wallSeconds: 10, written: 0 }, writesWindows };
}

it("gives a program's median cost per million observations and its range", () => {
  const lines = table([run("a", 8, true), run("floor", 2, false), run("a", 20, true), run("a", 10, true)]).split("\n");
  expect(lines.slice(2)).toEqual([
    "| a | 3 | 5.00 (4.00–10.00) | 10.0 | 200000 | 400000 |",
    "| floor | 1 | 1.00 (1.00–1.00) | 10.0 | 200000 | – |",
  ]);
});
