import type { ModelTrainingStatus, TrainingResult } from "../api/training-status.ts";
import type { ReadResult } from "./run-result.ts";
import type { RunEnd, TrainingRun } from "./training-run.ts";

/** Results that a status keeps. */
const keptResults = 10;

/** What the runs of a training came to. */
export interface TrainingRecord {
  /** The newest first, at most ten. */
  readonly history: readonly TrainingResult[];
  readonly servingVersion: string | null;
}

export function recordIn({ history = [], servingVersion }: ModelTrainingStatus): TrainingRecord {
  return { history, servingVersion: servingVersion ?? null };
}

/** Runs that ended and whose results are yet to be read; not those that are older than all results that are kept. */
export function unreadRuns(
  runs: readonly TrainingRun[],
  { history }: TrainingRecord,
): (TrainingRun & { end: RunEnd })[] {
  const read = new Set(history.map(({ job }) => job));
  const oldest = history.length < keptResults ? null : history.at(-1);
  return runs.flatMap((run) => {
    const { end } = run;
    if (end === null || read.has(run.name)) return [];
    // at the same time too: two that ended together would take turns at the last place
    if (oldest && Date.parse(end.time) <= Date.parse(oldest.time)) return [];
    return [{ ...run, end }];
  });
}

/** The record with what was read; which version serves is told by the newest run that knew it. */
export function withResults(record: TrainingRecord, read: readonly ReadResult[]): TrainingRecord {
  if (read.length === 0) return record;
  const newestFirst = (a: TrainingResult, b: TrainingResult) => Date.parse(b.time) - Date.parse(a.time);
  const history = [...read.map(({ result }) => result), ...record.history].sort(newestFirst).slice(0, keptResults);
  const [teller] = read
    .filter(({ servingVersion }) => servingVersion !== undefined)
    .sort((a, b) => newestFirst(a.result, b.result));
  const known = record.history.find(({ reason }) => reason !== "Error");
  if (teller === undefined || (known && newestFirst(teller.result, known) > 0)) return { ...record, history };
  return { history, servingVersion: teller.servingVersion ?? null };
}

/** The scores by which it was decided, for a line that people read. */
export function scoresText({ candidate, serving, persistence }: TrainingResult): string {
  const contenders = Object.entries({ candidate, serving, persistence });
  const told = contenders.flatMap(([name, scores]) =>
    scores === undefined ? [] : [`${name} ${Number(scores.brier.toPrecision(4))}`],
  );
  return told.length === 0 ? "" : `Brier: ${told.join(", ")}`;
}
