import { renameSync, writeFileSync } from "node:fs";
import { type Logger, pino } from "pino";
import { VelibError } from "../../core/errors.ts";
import { startProbes } from "../backbone/probe-server.ts";
import { Readiness } from "../backbone/readiness.ts";
import { stopSignal } from "../cli/stop-signal.ts";
import { version } from "../cli/version.ts";
import type { BackboneConfig } from "../config/backbone-config.ts";
import type { JobName } from "../metrics/label-values.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { createMetrics } from "../metrics/metrics.ts";

/** What a command that does its work and ends has to work with. */
export interface JobContext {
  logger: Logger;
  metrics: Metrics;
  /** Aborts when the process should stop. */
  signal: AbortSignal;
}

export interface JobOptions {
  logLevel: string;
  metricsFile?: string;
}

/**
 * Runs a job to its end: JSON logs on standard error; with a pipeline's configuration, `/metrics` while it works; at
 * the end the metrics as a file, where one is asked for.
 * @param config null: on a data dir, nothing listens
 * @throws what the work throws
 */
export async function runJob(
  job: JobName,
  config: BackboneConfig | null,
  options: JobOptions,
  work: (context: JobContext) => Promise<void>,
): Promise<void> {
  const base = { service: job, ...(config === null ? {} : { pipeline: config.pipeline }) };
  const logger = pino({ level: options.logLevel, base }, pino.destination({ dest: 2, sync: true }));
  const metrics = createMetrics({ version });
  const probes = config === null ? null : await serveMetrics(config, metrics, logger);
  const started = performance.now();
  try {
    await work({ logger, metrics, signal: stopSignal() });
    metrics.jobSucceededAt.set({ task: job }, Date.now() / 1000);
  } catch (failure) {
    const error = failure instanceof Error && failure.name === "AbortError" ? stopped(failure) : failure;
    if (error instanceof VelibError) logger.error({ code: error.code, reason: error.message }, "ended");
    throw error;
  } finally {
    metrics.jobDuration.set({ task: job }, (performance.now() - started) / 1000);
    if (options.metricsFile !== undefined) await writeMetrics(options.metricsFile, metrics);
    await probes?.close();
  }
}

/** @throws VelibError VELIB_JOB_STOPPED once the process was asked to stop */
export function assertNotStopped(signal: AbortSignal): void {
  if (signal.aborted) throw stopped(signal.reason);
}

function stopped(cause: unknown): VelibError {
  return new VelibError("VELIB_JOB_STOPPED", "stopped before its end; run it again: what it finished stays", { cause });
}

/** A job is not less worth because another process of the pipeline has the port on this machine. */
async function serveMetrics(config: BackboneConfig, metrics: Metrics, logger: Logger) {
  const readiness = new Readiness();
  readiness.started();
  try {
    return await startProbes(config.http, metrics, readiness);
  } catch (error) {
    logger.warn({ reason: error instanceof Error ? error.message : String(error) }, "metrics are not served");
    return null;
  }
}

/** As a textfile collector reads it: at any moment the whole of one run. */
async function writeMetrics(path: string, metrics: Metrics): Promise<void> {
  const text = await metrics.registry.metrics();
  try {
    writeFileSync(`${path}.new`, text);
    renameSync(`${path}.new`, path);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new VelibError("VELIB_OUTPUT_UNWRITABLE", `--metrics-file ${path}: ${why}; give a path that can be written`, {
      cause,
    });
  }
}
