import { CassandraHistory } from "../../adapters/cassandra/cassandra-history.ts";
import type { ReplayableHistory } from "../../core/ports/history-store.ts";
import type { ObservationLog } from "../../core/ports/observation-log.ts";
import { durationMs } from "../../core/time/duration.ts";
import { cassandraOptions } from "../backbone/connections.ts";
import { openLog } from "../backbone/kafka.ts";
import { Readiness } from "../backbone/readiness.ts";
import { version } from "../cli/version.ts";
import type { BackboneConfig } from "../config/backbone-config.ts";
import { windowSettings } from "../config/settings.ts";
import { zoneRule } from "../config/zone-rules.ts";
import { EmbeddedPlatform } from "../local/embedded-platform.ts";
import { createMetrics } from "../metrics/metrics.ts";
import { replayHistory } from "./history-replay.ts";
import { filledDataDir, whileFollowed } from "./replay-into-data-dir.ts";
import { assertKept, filledPipeline } from "./replay-into-kafka.ts";
import type { Replayed, ReplayRun } from "./replay-run.ts";

export interface HistoryStretch {
  source: string;
  as: string;
  /** ms; null: from the first poll. */
  from: number | null;
  /** ms; may be infinite. */
  to: number;
}

const [dayMs, hourMs] = [86_400_000, 3_600_000];
/** Windows of a history are not too old for what it is replayed into. */
const forGood = { logMs: 48 * hourMs, windowsMs: 36_500 * dayMs, historyMs: null };

/**
 * Replays a pipeline's history (Cassandra) into a data dir or, without one, into the pipeline's own log.
 * @throws VelibError VELIB_CASSANDRA_*, VELIB_KAFKA_*, VELIB_DATA_DIR_*, VELIB_HISTORY_EMPTY
 */
export async function replayPipelineHistory(
  config: BackboneConfig,
  stretch: HistoryStretch,
  dataDir: string | null,
  run: ReplayRun,
): Promise<Replayed> {
  const history = await CassandraHistory.open(cassandraOptions(config, "replay"));
  try {
    if (dataDir !== null) return await intoDataDir(config, history, stretch, dataDir, run);
    const log = await openLog({ config, readiness: new Readiness() }, "replay");
    try {
      return await intoLog(config, history, log, stretch, run);
    } finally {
      await log.close();
    }
  } finally {
    await history.close();
  }
}

async function intoDataDir(
  config: BackboneConfig,
  history: ReplayableHistory,
  stretch: HistoryStretch,
  dir: string,
  { stop, onPoll }: ReplayRun,
): Promise<Replayed> {
  const keyframeMs = durationMs(config.deduplication.keyframeInterval);
  const settings = { windows: windowSettings(config), keyframeMs, zoneOf: zoneRule(config.zones), retention: forGood };
  const platform = new EmbeddedPlatform(dir, settings, createMetrics({ version }));
  try {
    const times = await timesOf(config, history, stretch);
    const summary = await whileFollowed(platform, stop, (signal) =>
      replayHistory(history, platform.log, { ...stretch, ...times, signal, onPoll }),
    );
    return filledDataDir(stretch.as, dir, summary);
  } finally {
    await platform.close();
  }
}

async function intoLog(
  config: BackboneConfig,
  history: ReplayableHistory,
  log: ObservationLog,
  stretch: HistoryStretch,
  { stop, onPoll }: ReplayRun,
): Promise<Replayed> {
  const { firstAt, ...times } = await timesOf(config, history, stretch);
  assertKept(firstAt, config, Date.now());
  const summary = await replayHistory(history, log, { ...stretch, ...times, signal: stop, onPoll });
  return filledPipeline(stretch.as, config.pipeline, summary);
}

/** How far before the stretch reading begins, and the first poll found there. */
async function timesOf(config: BackboneConfig, history: ReplayableHistory, { source, from, to }: HistoryStretch) {
  const { latenessMs } = windowSettings(config);
  let leadMs = durationMs(config.deduplication.keyframeInterval);
  let firstAt: number | null = null;
  for await (const { at, holdMs } of history.polls(source, from ?? Number.NEGATIVE_INFINITY, to)) {
    leadMs += holdMs;
    firstAt = from === null ? at : at - leadMs;
    break;
  }
  return { latenessMs, leadMs, firstAt };
}
