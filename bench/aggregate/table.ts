import type { Load } from "./load.ts";
import type { Cost } from "./measure.ts";

export interface Measured {
  program: string;
  load: Load;
  cost: Cost;
  writesWindows: boolean;
}

/** The runs as a Markdown table, one line a program: median and range of the cost, medians of the rest. */
export function table(runs: readonly Measured[]): string {
  const lines = [
    "| program | runs | CPU s per million observations (range) | wall s | observations/s | windows/s |",
    "| --- | --- | --- | --- | --- | --- |",
  ];
  for (const [program, own] of Map.groupBy(runs, (run) => run.program)) {
    const costs = own.map(({ cost, load }) => (cost.cpuSeconds * 1e6) / load.observations);
    const wall = median(own.map(({ cost }) => cost.wallSeconds));
    const { observations, windows } = own[0]!.load;
    const perMillion = `${median(costs).toFixed(2)} (${Math.min(...costs).toFixed(2)}–${Math.max(...costs).toFixed(2)})`;
    const rate = own[0]!.writesWindows ? Math.round(windows / wall) : "–";
    const cells = [program, own.length, perMillion, wall.toFixed(1), Math.round(observations / wall), rate];
    lines.push(`| ${cells.join(" | ")} |`);
  }
  return lines.join("\n");
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
