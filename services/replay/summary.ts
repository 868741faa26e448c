import type { ReplaySummary } from "./replay.ts";
import type { Replayed } from "./replay-run.ts";

/** Prints what a replay did, as text or as one line of JSON. */
export function printSummary({ source, summary, into, next }: Replayed, seconds: number, json: boolean): void {
  if (json) console.log(JSON.stringify({ source, ...into, ...snakeCase(summary), seconds }));
  else console.log(summaryText(source, next, summary, seconds));
}

function snakeCase(summary: ReplaySummary) {
  const { polls, rejectedPolls, changes, keyframes, absences, deadLetters, complete } = summary;
  return { polls, rejected_polls: rejectedPolls, changes, keyframes, absences, dead_letters: deadLetters, complete };
}

function summaryText(source: string, next: string, summary: ReplaySummary, seconds: number): string {
  const letters = Object.entries(summary.deadLetters).map(([reason, count]) => `${count} ${reason}`);
  return [
    `${source}: ${summary.polls} polls in ${seconds.toFixed(1)} s${summary.complete ? "" : " (stopped; run again to go on)"}`,
    `  ${summary.changes} changes, ${summary.keyframes} keyframes, ${summary.absences} absences`,
    `  dead letters: ${letters.length === 0 ? "none" : letters.join(", ")}`,
    `  ${next}`,
  ].join("\n");
}
