import type { VelibPipelineStatus } from "../../api/pipeline-status.ts";
import { kindOfSource } from "../../api/sources.ts";
import type { VelibPipeline } from "../../api/velib-pipeline.ts";
import type { ProcessReport } from "../reports/process-report.ts";
import type { PipelineFinding } from "./component-findings.ts";

type SourceStatus = NonNullable<VelibPipelineStatus["sources"]>[number];

/** What the status takes over from what the processes said. */
export type ReportedStatus = Pick<
  VelibPipelineStatus,
  "sources" | "stations" | "lag" | "lastObservationTime" | "deadLetters"
>;

/** A poll a minute would be a write a minute and a pipeline: the time shown may be this old while nothing else turns. */
export const TIME_STEP_MS = 5 * 60_000;

/**
 * What the processes say, so that the status rests while nothing turns: counts with two significant digits, times
 * that move in steps, a lag that has lasted. What is not known now stays as it was.
 * @param lag records that have been left for several reports, see `lastingLag`; null: not known
 */
export function reportedStatus(
  pipeline: VelibPipeline,
  report: ProcessReport | null,
  lag: number | null,
  before: VelibPipelineStatus,
): ReportedStatus {
  const answers = new Map(report?.sources?.map((source) => [source.name, source]));
  const known = new Map(before.sources?.map((source) => [source.name, source]));
  const sources = pipeline.spec.sources.map((source): SourceStatus => {
    const { name } = source;
    const kind = kindOfSource(source);
    const previous = known.get(name);
    const answer = answers.get(name);
    if (answer === undefined) return previous === undefined ? { name, kind } : { ...previous, kind };
    const time = steppedTime(answer.last_poll_at, previous?.lastObservationTime);
    return {
      name,
      kind,
      ...(answer.stations === null ? {} : { stations: steadyCount(answer.stations, previous?.stations) }),
      ...(time === undefined ? {} : { lastObservationTime: time }),
      ...(answer.last_poll_at === null ? {} : { fresh: answer.ended || !answer.freshness.stale }),
    };
  });
  const times = sources.flatMap(({ lastObservationTime }) => lastObservationTime ?? []).sort();
  const stations = sources.flatMap((source) => source.stations ?? []);
  const last = times.at(-1);
  const letters = report?.deadLetters ? deadLetterCounts(report.deadLetters) : before.deadLetters;
  const records = lag === null ? before.lag : twoDigits(lag);
  return {
    sources,
    ...(stations.length === 0 ? {} : { stations: stations.reduce((sum, count) => sum + count, 0) }),
    ...(last === undefined ? {} : { lastObservationTime: last }),
    ...(records === undefined ? {} : { lag: records }),
    ...(letters === undefined ? {} : { deadLetters: letters }),
  };
}

/** What of the data its conditions tell; nothing while there is no answer yet and nothing is wrong with the API. */
export function dataFindings(
  pipeline: VelibPipeline,
  status: ReportedStatus,
  report: ProcessReport | null,
): PipelineFinding[] {
  const findings: PipelineFinding[] = [];
  if (!pipeline.spec.suspend) findings.push(freshness(status, report));
  const letters = status.deadLetters ?? [];
  if (letters.length > 0) {
    const message = `By reason: ${letters.map(({ reason }) => reason).join(", ")}; see /v1/dead-letters`;
    findings.push({ type: "DeadLetters", status: "True", reason: "Some", message });
  } else if (status.deadLetters !== undefined) {
    findings.push({ type: "DeadLetters", status: "False", reason: "None", message: "" });
  }
  return findings;
}

function freshness({ sources = [] }: ReportedStatus, report: ProcessReport | null): PipelineFinding {
  const type = "DataFresh";
  const stale = sources.filter(({ fresh }) => fresh === false).map(({ name }) => name);
  const causes = new Map(report?.sources?.map(({ name, freshness: { cause } }) => [name, cause]));
  if (stale.length > 0) {
    const told = stale.map((name) => (causes.get(name) ? `${name} (${causes.get(name)})` : name));
    return { type, status: "False", reason: "Stale", message: `Stale: ${told.join(", ")}` };
  }
  if (report !== null && report.sources === null) {
    return { type, status: "Unknown", reason: "ApiSilent", message: "The pipeline's API does not answer" };
  }
  const waiting = sources.filter(({ fresh }) => fresh === undefined).map(({ name }) => name);
  if (waiting.length > 0) {
    return { type, status: "Unknown", reason: "NothingYet", message: `Nothing yet of ${waiting.join(", ")}` };
  }
  return { type, status: "True", reason: "Fresh", message: "" };
}

/** The lag that several reports in a row exceeded: what comes in with a poll is there for a moment only. */
export function lastingLag(reports: readonly ProcessReport[]): number | null {
  const lags = reports.flatMap(({ backlogs }) => {
    const groups = backlogs.get("aggregator");
    return groups === undefined ? [] : [groups.reduce((sum, { lag }) => sum + lag, 0)];
  });
  return lags.length === 0 ? null : Math.min(...lags);
}

/** 0, 7, 42, 130, 5600: enough to see how it goes, and at rest while it stays about the same. */
export function twoDigits(count: number): number {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, count))) - 1);
  return Math.floor(count / step) * step;
}

function deadLetterCounts(counts: ReadonlyMap<string, number>): NonNullable<VelibPipelineStatus["deadLetters"]> {
  return [...counts]
    .map(([reason, count]) => ({ reason, count: twoDigits(count) }))
    .sort((a, b) => (a.reason < b.reason ? -1 : 1));
}

/** A few stations of a city come and go with each poll: a count that moves by less than a hundredth stays. */
function steadyCount(now: number, before: number | undefined): number {
  return before !== undefined && Math.abs(now - before) * 100 < before ? before : now;
}

function steppedTime(now: string | null, before: string | undefined): string | undefined {
  if (now === null) return before;
  const time = `${new Date(now).toISOString().slice(0, 19)}Z`;
  if (before === undefined) return time;
  return Math.abs(Date.parse(time) - Date.parse(before)) < TIME_STEP_MS ? before : time;
}
