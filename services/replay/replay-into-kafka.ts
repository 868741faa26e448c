import { Deduplicator } from "../../core/deduplication/deduplicator.ts";
import { VelibError } from "../../core/errors.ts";
import type { Recording } from "../../core/ports/source.ts";
import { durationMs } from "../../core/time/duration.ts";
import { openDeadLetters, openLog } from "../backbone/kafka.ts";
import { Readiness } from "../backbone/readiness.ts";
import { version } from "../cli/version.ts";
import type { BackboneConfig } from "../config/backbone-config.ts";
import { zoneRule } from "../config/zone-rules.ts";
import { createMetrics } from "../metrics/metrics.ts";
import { Producer } from "../producer/producer.ts";
import type { ReplaySummary } from "./replay.ts";
import { replay } from "./replay.ts";
import type { Replayed, Replaying, ReplayRun } from "./replay-run.ts";

/**
 * Replays a recording into a pipeline's log, as the source's producer: one that still runs is fenced. The pipeline's
 * aggregators and archivers work it off.
 * @throws VelibError VELIB_KAFKA_*; VELIB_CONFIG_INVALID when the log would not keep polls that old
 */
export async function replayIntoKafka(
  config: BackboneConfig,
  { recording, name, hold, pacer }: Replaying,
  { stop, onPoll }: ReplayRun,
): Promise<Replayed> {
  const context = { config, readiness: new Readiness() };
  const log = await openLog(context, "replay");
  try {
    const deadLetters = await openDeadLetters(context, "replay");
    try {
      const keyframeMs = durationMs(config.deduplication.keyframeInterval);
      const settings = { source: name, holdMs: hold, keyframeMs, zoneOf: zoneRule(config.zones) };
      const metrics = createMetrics({ version });
      const producer = new Producer(name, new Deduplicator(settings), log, deadLetters, metrics);
      const after = await producer.resume(keyframeMs);
      assertKept(await firstPollAt(recording, after), config, Date.now());
      const summary = await replay(recording, producer, { holdMs: hold, after, pacer, signal: stop, onPoll });
      return filledPipeline(name, config.pipeline, summary);
    } finally {
      await deadLetters.close();
    }
  } finally {
    await log.close();
  }
}

export function filledPipeline(source: string, pipeline: string, summary: ReplaySummary): Replayed {
  const next = `in the log of ${pipeline}; velib aggregate and velib archive work it off`;
  return { source, summary, into: { pipeline }, next };
}

/** Brokers drop what is older than the retention, also while it is being written: part of it would be lost. */
export function assertKept(firstAt: number | null, { kafka }: BackboneConfig, now: number): void {
  if (firstAt === null || firstAt >= now - durationMs(kafka.retention)) return;
  const days = Math.ceil((now - firstAt) / 86_400_000) + 1;
  throw new VelibError(
    "VELIB_CONFIG_INVALID",
    `kafka.retention: ${kafka.retention} is shorter than the age of the first poll, ${new Date(firstAt).toISOString()}; ` +
      `set it and the topics' retention.ms to ${days}d or more, or fill a --data-dir`,
  );
}

async function firstPollAt(recording: Recording, after: number | null): Promise<number | null> {
  for await (const { poll } of recording.polls(after)) return poll.at;
  return null;
}
