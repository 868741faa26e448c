import type { Recording } from "../../core/ports/source.ts";
import type { Pacer } from "./pace.ts";
import type { ReplaySummary } from "./replay.ts";

/** What is common to every replay that a command runs. */
export interface ReplayRun {
  stop: AbortSignal;
  onPoll: (progress: number, at: number) => void;
}

/** A recording as it is to be replayed. */
export interface Replaying {
  recording: Recording;
  /** The source's name. */
  name: string;
  /** How long an observation holds, ms. */
  hold: number;
  pacer: Pacer;
}

/** What a replay did, and where its results are. */
export interface Replayed {
  source: string;
  summary: ReplaySummary;
  /** The data dir or the pipeline that was filled. */
  into: { data_dir: string } | { pipeline: string };
  /** What to do next, one line. */
  next: string;
}
