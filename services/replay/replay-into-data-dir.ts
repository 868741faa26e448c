import { durationMs } from "../../core/time/duration.ts";
import { version } from "../cli/version.ts";
import type { Config } from "../config/config.ts";
import { retentionSettings, windowSettings } from "../config/settings.ts";
import { zoneRule } from "../config/zone-rules.ts";
import { EmbeddedPlatform } from "../local/embedded-platform.ts";
import { createMetrics } from "../metrics/metrics.ts";
import type { ReplaySummary } from "./replay.ts";
import { replay } from "./replay.ts";
import type { Replayed, Replaying, ReplayRun } from "./replay-run.ts";

/** Replays a recording into a data dir: log, windows and history. @throws VelibError VELIB_DATA_DIR_* */
export async function replayIntoDataDir(
  dir: string,
  config: Config,
  { recording, name, hold, pacer }: Replaying,
  { stop, onPoll }: ReplayRun,
): Promise<Replayed> {
  const settings = {
    windows: windowSettings(config),
    keyframeMs: durationMs(config.deduplication.keyframeInterval),
    zoneOf: zoneRule(config.zones),
    retention: retentionSettings(config),
  };
  const platform = new EmbeddedPlatform(dir, settings, createMetrics({ version }));
  try {
    const { producer, lastPollAt } = await platform.producer(name, hold);
    const summary = await whileFollowed(platform, stop, (signal) =>
      replay(recording, producer, { holdMs: hold, after: lastPollAt, pacer, signal, onPoll }),
    );
    return filledDataDir(name, dir, summary);
  } finally {
    await platform.close();
  }
}

export function filledDataDir(source: string, dir: string, summary: ReplaySummary): Replayed {
  return { source, summary, into: { data_dir: dir }, next: `results: velib windows --data-dir ${dir}` };
}

/** Fills the log while the platform works it off, then works off the rest; ends early with whatever ends that. */
export async function whileFollowed(
  platform: EmbeddedPlatform,
  stop: AbortSignal,
  fill: (signal: AbortSignal) => Promise<ReplaySummary>,
): Promise<ReplaySummary> {
  const following = new AbortController();
  const failed = new AbortController();
  const follow = platform.follow(following.signal);
  follow.catch(() => failed.abort());
  let summary: ReplaySummary;
  try {
    summary = await fill(AbortSignal.any([stop, failed.signal]));
  } finally {
    following.abort();
    await follow;
  }
  await platform.catchUp();
  return summary;
}
