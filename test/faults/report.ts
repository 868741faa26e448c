import type { Struck } from "./fault.ts";

/** What came of a scenario. */
export interface Outcome {
  scenario: string;
  struck: readonly Struck[];
  polls: number;
  /** Rows compared with the undisturbed run's, and how many differ. */
  compared: number;
  differences: number;
  /** How often a process failed by itself and was started again by its supervisor. */
  restarts: number;
  seconds: number;
}

/** The campaign as two Markdown tables: scenarios, and kinds of faults with their recovery. */
export function reportText(outcomes: readonly Outcome[]): string {
  const scenarios = outcomes.map(({ scenario, struck, polls, compared, differences, restarts, seconds }) => {
    const { median, max } = recoveries(struck);
    return [scenario, struck.length, median, max, polls, compared, differences, restarts, Math.round(seconds)];
  });
  const all = outcomes.flatMap(({ struck }) => struck);
  const kinds = [...Map.groupBy(all, ({ kind }) => kind)].map(([kind, struck]) => {
    const { median, max, after } = recoveries(struck);
    return [kind, struck.length, median, max, after];
  });
  const differences = outcomes.reduce((sum, outcome) => sum + outcome.differences, 0);
  return [
    table(
      ["scenario", "faults", "recovery median s", "max s", "polls", "rows compared", "differences", "restarts", "s"],
      scenarios,
    ),
    table(["fault", "times", "recovery median s", "max s", "after the last poll"], kinds),
    `${all.length} faults, ${differences} differences`,
  ].join("\n\n");
}

function recoveries(struck: readonly Struck[]): { median: string; max: string; after: number } {
  const times = struck.flatMap(({ recoveryMs }) => recoveryMs ?? []).sort((a, b) => a - b);
  const shown = (ms: number | undefined) => (ms === undefined ? "" : (ms / 1000).toFixed(1));
  return {
    median: shown(times[Math.floor((times.length - 1) / 2)]),
    max: shown(times.at(-1)),
    after: struck.length - times.length,
  };
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const lines = [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
  return lines.join("\n");
}
