/** One measurement: what was run, and its figures. */
export interface Measurement {
  benchmark: string;
  case: string;
  round: number;
  [figure: string]: string | number;
}

/** Prints a measurement as a JSON line. */
export function report(measurement: Measurement): void {
  console.log(JSON.stringify(measurement));
}

/** The middle of the sorted values; of an even number, the mean of the two middle ones. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? Number.NaN;
  const lower = sorted[Math.ceil(middle) - 1] ?? Number.NaN;
  return (lower + upper) / 2;
}

/** A Markdown table a benchmark: a row a case, the median of each figure over its rounds. */
export function tables(measurements: readonly Measurement[]): string {
  const parts: string[] = [];
  for (const [benchmark, all] of Map.groupBy(measurements, (m) => m.benchmark)) {
    const figures = Object.keys(all[0] ?? {}).filter((key) => !["benchmark", "case", "round"].includes(key));
    const header = ["case", "rounds", ...figures.map((figure) => figure.replaceAll("_", " "))];
    const rows = [...Map.groupBy(all, (m) => m.case)].map(([name, rounds]) => [
      name,
      String(rounds.length),
      ...figures.map((figure) => shown(median(rounds.map((round) => Number(round[figure]))))),
    ]);
    const lines = [header, header.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
    parts.push(`### ${benchmark}\n\n${lines.join("\n")}\n`);
  }
  return parts.join("\n");
}

function shown(value: number): string {
  if (Number.isInteger(value)) return value.toLocaleString("en");
  return value.toPrecision(3);
}
