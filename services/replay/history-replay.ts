import { VelibError } from "../../core/errors.ts";
import type { AbsentRecord, KeyedRecord, PollMarker } from "../../core/log/record.ts";
import type { Content, Observation } from "../../core/observation/observation.ts";
import { sameContent } from "../../core/observation/observation.ts";
import type { ReplayableHistory } from "../../core/ports/history-store.ts";
import type { ObservationLog } from "../../core/ports/observation-log.ts";
import type { ReplaySummary } from "./replay.ts";

export interface HistoryReplayOptions {
  /** The source's name in the history. */
  source: string;
  /** Its name in the log that is written. */
  as: string;
  /** Windows from this time on are to be whole, ms; null: from the history's first poll. */
  from: number | null;
  /** Only polls before this time, ms. */
  to: number;
  /** How long an observation of before `from` may hold, ms: a keyframe interval and a hold. */
  leadMs: number;
  /** How much later than its end a window becomes final, ms. */
  latenessMs: number;
  signal: AbortSignal;
  /** Told after each poll: share of the time read, 0 to 1, and the poll's time, ms. */
  onPoll?: (progress: number, at: number) => void;
}

const hourMs = 3_600_000;

/**
 * Writes a source's history back into a log, poll by poll: the records that the poll had, then its marker, so that what
 * reads the log computes the same windows. It begins `leadMs` before `from`, when every station that was known then has
 * said its content again; windows of that lead are not whole. Goes on where the log ends when it was broken off.
 * @throws VelibError VELIB_HISTORY_EMPTY when there is no poll to write
 */
export async function replayHistory(
  history: ReplayableHistory,
  log: ObservationLog,
  options: HistoryReplayOptions,
): Promise<ReplaySummary> {
  const { source, as, to, leadMs, latenessMs, signal } = options;
  const summary = { polls: 0, rejectedPolls: 0, changes: 0, keyframes: 0, absences: 0, deadLetters: {} };
  const tail = await log.tail(as, leadMs);
  const done = tail.records.findLast(({ kind }) => kind === "poll" || kind === "end") ?? null;
  if (done?.kind === "end") return { ...summary, complete: true };

  const begin =
    done === null ? (options.from === null ? Number.NEGATIVE_INFINITY : options.from - leadMs) : done.at + 1;
  const contents = new Map<string, Content>();
  for (const record of tail.records) {
    if (record.kind === "change" || record.kind === "keyframe") contents.set(record.station, record);
  }
  let last = tail.records.findLast((record) => record.kind === "poll") ?? null;
  let first: number | null = null;
  for await (const hour of hoursOf(history.polls(source, begin, to))) {
    const records = await recordsOf(history, source, hour);
    for (const poll of hour) {
      if (signal.aborted) return { ...summary, complete: false };
      first ??= poll.at;
      const own = (records.get(poll.at) ?? []).map((record) => named(record, as, contents));
      const marker: PollMarker = { ...poll, source: as };
      await log.append({ records: own, marker });
      last = marker;
      summary.polls++;
      for (const { kind } of own) {
        if (kind === "change") summary.changes++;
        else if (kind === "keyframe") summary.keyframes++;
        else summary.absences++;
      }
      options.onPoll?.(Number.isFinite(to) ? (poll.at - first) / Math.max(1, to - first) : 0, poll.at);
    }
  }
  if (last === null) throw nothingToReplay(source, options);
  // The log held it all: perhaps by another producer, whose source is not to be ended.
  if (summary.polls === 0) return { ...summary, complete: true };
  // No later than windows up to `to` need: the next polls, which are not read, decide on those behind.
  const at = Math.min(last.at + last.holdMs, Math.max(last.at, to + latenessMs));
  await log.append({ records: [], marker: { kind: "end", source: as, at } });
  return { ...summary, complete: true };
}

/** Polls by the hour that they lie in: what is read of the history at a time. */
async function* hoursOf(polls: AsyncIterable<PollMarker>): AsyncGenerator<PollMarker[]> {
  let hour: PollMarker[] = [];
  for await (const poll of polls) {
    const [start] = hour;
    if (start !== undefined && Math.floor(start.at / hourMs) !== Math.floor(poll.at / hourMs)) {
      yield hour;
      hour = [];
    }
    hour.push(poll);
  }
  if (hour.length > 0) yield hour;
}

/** The records of some polls, by time. */
async function recordsOf(
  history: ReplayableHistory,
  source: string,
  polls: readonly PollMarker[],
): Promise<Map<number, (Observation | AbsentRecord)[]>> {
  const records = new Map<number, (Observation | AbsentRecord)[]>(polls.map(({ at }) => [at, []]));
  const [from, to] = [polls[0]?.at ?? 0, (polls.at(-1)?.at ?? 0) + 1];
  for await (const observation of history.between(source, from, to)) records.get(observation.at)?.push(observation);
  for await (const absence of history.absences(source, from, to)) records.get(absence.at)?.push(absence);
  return records;
}

/** A record as the log has it: the history keeps no kinds, but what they say follows from the content before. */
function named(record: Observation | AbsentRecord, source: string, contents: Map<string, Content>): KeyedRecord {
  if ("kind" in record) return { ...record, source };
  const before = contents.get(record.station);
  contents.set(record.station, record);
  const kind = before !== undefined && sameContent(before, record) ? "keyframe" : "change";
  return { kind, ...record, source };
}

function nothingToReplay(source: string, { from, to }: HistoryReplayOptions): VelibError {
  const shown = (ms: number | null) => (ms === null || !Number.isFinite(ms) ? "any time" : new Date(ms).toISOString());
  return new VelibError(
    "VELIB_HISTORY_EMPTY",
    `the history has no poll of ${source} from ${shown(from)} to ${shown(to)}; check --source, --from and --to`,
  );
}
