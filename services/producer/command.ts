import type { Command } from "commander";
import { Deduplicator } from "../../core/deduplication/deduplicator.ts";
import { VelibError } from "../../core/errors.ts";
import type { DeadLetters } from "../../core/ports/dead-letters.ts";
import type { ObservationLog } from "../../core/ports/observation-log.ts";
import { durationMs } from "../../core/time/duration.ts";
import { openDeadLetters, openLog } from "../backbone/kafka.ts";
import type { ServiceContext } from "../backbone/run-service.ts";
import { runService } from "../backbone/run-service.ts";
import { runTogether } from "../backbone/run-together.ts";
import { serviceCommand } from "../backbone/service-command.ts";
import type { SourceConfig } from "../config/config.ts";
import { LiveZones } from "../config/live-zones.ts";
import { openSource } from "../sources/open-source.ts";
import { produceUsers } from "../users/users-services.ts";
import { Producer } from "./producer.ts";

export function produceCommand(): Command {
  return serviceCommand("produce", "Poll or replay the sources into Kafka", (options) =>
    runService("produce", options, produce),
  );
}

/** One process per source: a second one of the same source fences the first. */
async function produce(context: ServiceContext): Promise<void> {
  const { config, signal } = context;
  const { sources, users } = config;
  if (sources.length === 0 && users === undefined) {
    throw new VelibError("VELIB_CONFIG_INVALID", "sources: empty, velib produce needs one; name a url or a recording");
  }
  const zones = new LiveZones(config.zones, context);
  zones.follow(signal);
  const log = await context.connect("kafka", () => openLog(context, "produce"));
  const deadLetters = await context.connect("kafka", () => openDeadLetters(context, "produce"));
  if (log === null || deadLetters === null) return;
  // Before the first poll, so that a registry that is not there yet is waited for rather than met by each poll anew.
  await context.waitFor("schema registry", () => log.encodable());
  if (signal.aborted) return;
  context.readiness.started();
  const services = sources.map(
    (source) => (stop: AbortSignal) => runSource(context, source, zones, log, deadLetters, stop),
  );
  if (users !== undefined) services.push((stop) => produceUsers(context, users, deadLetters, stop));
  await runTogether(services, signal);
}

async function runSource(
  context: ServiceContext,
  sourceConfig: SourceConfig,
  zones: LiveZones,
  log: ObservationLog,
  deadLetters: DeadLetters,
  signal: AbortSignal,
): Promise<void> {
  const { config, logger, metrics } = context;
  const { name } = sourceConfig;
  const keyframeMs = durationMs(config.deduplication.keyframeInterval);
  const source = await context.connect(`source ${name}`, () => openSource(sourceConfig, Date.now, signal));
  if (source === null) return;
  const { holdMs } = source;
  const deduplicator = new Deduplicator({ source: name, holdMs, keyframeMs, zoneOf: zones.rule });
  const producer = new Producer(name, deduplicator, log, deadLetters, metrics);
  const lastPollAt = await producer.resume(keyframeMs);
  const forget = zones.tell((rule) => producer.useZones(rule));
  const run = source.run({ producer, lastPollAt, now: Date.now, random: Math.random, logger, metrics, signal });
  await run.finally(forget);
}
