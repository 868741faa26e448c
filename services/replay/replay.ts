import { setImmediate as nextTurn } from "node:timers/promises";
import type { Recording } from "../../core/ports/source.ts";
import type { Producer } from "../producer/producer.ts";
import type { Pacer } from "./pace.ts";

/** What a replay put into the log. */
export interface ReplaySummary {
  /** Polls that counted. */
  polls: number;
  rejectedPolls: number;
  changes: number;
  keyframes: number;
  absences: number;
  deadLetters: Record<string, number>;
  /** False when it was stopped before the recording's end. */
  complete: boolean;
}

export interface ReplayOptions {
  /** How long an observation holds, ms: the recording's end moves the watermark to its last poll + this. */
  holdMs: number;
  /** Only polls after this time, ms. */
  after: number | null;
  pacer: Pacer;
  signal: AbortSignal;
  /** Told after each poll: share of the recording read, 0 to 1, and the poll's time, ms. */
  onPoll?: (progress: number, at: number) => void;
}

/** Puts a recording's polls into the log and, at its end, says so there. */
export async function replay(recording: Recording, producer: Producer, options: ReplayOptions): Promise<ReplaySummary> {
  const summary: ReplaySummary = {
    polls: 0,
    rejectedPolls: 0,
    changes: 0,
    keyframes: 0,
    absences: 0,
    deadLetters: {},
    complete: false,
  };
  let last = options.after;
  for await (const { poll, progress } of recording.polls(options.after)) {
    await options.pacer.pause(poll.at, options.signal);
    if (options.signal.aborted) return summary;
    const outcome = await producer.take(poll);
    if (outcome.marker === null) summary.rejectedPolls++;
    else {
      summary.polls++;
      last = poll.at;
    }
    summary.changes += outcome.changes;
    summary.keyframes += outcome.keyframes;
    summary.absences += outcome.absences;
    for (const { reason } of outcome.deadLetters) {
      summary.deadLetters[reason] = (summary.deadLetters[reason] ?? 0) + 1;
    }
    options.onPoll?.(progress, poll.at);
    // The embedded store works in this thread: give timers and requests their turn.
    await nextTurn();
  }
  if (last !== null) await producer.end(last + options.holdMs);
  summary.complete = true;
  return summary;
}
