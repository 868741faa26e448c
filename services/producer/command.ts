import type { Command } from "commander";
import { Deduplicator } from "../../core/deduplication/deduplicator.ts";
import { VelibError } from "../../core/errors.ts";
import { openDeadLetters, openLog } from "../backbone/kafka.ts";
import type { ServiceContext } from "../backbone/run-service.ts";
import { runService } from "../backbone/run-service.ts";
import { serviceCommand } from "../backbone/service-command.ts";
import { durationMs } from "../config/settings.ts";
import { zoneRule } from "../config/zone-rules.ts";
import { openSource } from "../local/choose-sources.ts";
import { Producer } from "./producer.ts";

export function produceCommand(): Command {
  return serviceCommand("produce", "Poll or replay the sources into Kafka", (options) =>
    runService("produce", options, produce),
  );
}

/** One process per source: a second one of the same source fences the first. */
async function produce(context: ServiceContext): Promise<void> {
  const { config, readiness, logger, metrics, signal } = context;
  if (config.sources.length === 0) {
    throw new VelibError("VELIB_CONFIG_INVALID", "sources: empty, velib produce needs one; name a url or a recording");
  }
  const zoneOf = zoneRule(config.zones);
  const keyframeMs = durationMs(config.deduplication.keyframeInterval);
  const log = await context.connect("kafka", () => openLog(context, "produce"));
  const deadLetters = await context.connect("kafka", () => openDeadLetters(context, "produce"));
  const stop = new AbortController();
  const forward = () => stop.abort();
  signal.addEventListener("abort", forward);
  try {
    if (log === null || deadLetters === null) return;
    const runs = config.sources.map(async (sourceConfig) => {
      const { name } = sourceConfig;
      const source = await context.connect(`source ${name}`, () => openSource(sourceConfig, Date.now, stop.signal));
      if (source === null) return;
      try {
        const { holdMs } = source;
        const deduplicator = new Deduplicator({ source: name, holdMs, keyframeMs, zoneOf });
        const producer = new Producer(name, deduplicator, log, deadLetters, metrics);
        const lastPollAt = await producer.resume(keyframeMs);
        readiness.started();
        const clocks = { now: Date.now, random: Math.random };
        await source.run({ producer, lastPollAt, ...clocks, logger, metrics, signal: stop.signal });
      } finally {
        await source.close();
      }
    });
    try {
      await Promise.all(runs);
    } finally {
      // One that failed must not leave the others at work on a log that is about to be closed.
      stop.abort();
      await Promise.allSettled(runs);
    }
  } finally {
    signal.removeEventListener("abort", forward);
    await Promise.all([log?.close(), deadLetters?.close()]);
  }
}
