import { type Logger, pino } from "pino";
import { VelibError } from "../../core/errors.ts";
import { stopSignal } from "../cli/stop-signal.ts";
import { version } from "../cli/version.ts";
import type { BackboneConfig } from "../config/backbone-config.ts";
import { loadBackboneConfig } from "../config/load-backbone-config.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { createMetrics } from "../metrics/metrics.ts";
import { LagWatch } from "./lag-watch.ts";
import { type Connection, OpenConnections } from "./open-connections.ts";
import { startProbes } from "./probe-server.ts";
import { Readiness } from "./readiness.ts";
import { connect, untilDone } from "./retrying.ts";
import { isPingable, ServerWatch } from "./server-watch.ts";

/** What a process of a pipeline has to work with. */
export interface ServiceContext {
  config: BackboneConfig;
  logger: Logger;
  metrics: Metrics;
  readiness: Readiness;
  /** Outlives the work's failures. */
  lagWatch: LagWatch;
  /** Aborts when the process should stop: it finishes what it has begun. */
  signal: AbortSignal;
  /**
   * Connects, waiting for a server that is not there yet; null when the process is stopped meanwhile, or `stop` given
   * for it aborts. Closed when the work is over, however it ends.
   */
  connect<T extends Connection>(server: string, open: () => Promise<T>, stop?: AbortSignal): Promise<T | null>;
  /** Asks a server that may not be there yet until it answers, or the process is stopped. */
  waitFor(server: string, ask: () => Promise<void>): Promise<void>;
  /** Adds a path to the probes, which answers as JSON what is asked. A process that serves an API has no probes. */
  answerAt(path: string, ask: () => Promise<unknown>): void;
}

export interface ServiceOptions {
  config: string;
  logLevel: string;
}

/**
 * Runs one process of a pipeline until SIGTERM or SIGINT: configuration, JSON logs on standard error, probes and
 * metrics, and the work itself.
 * @param probes false when the work serves `/healthz`, `/readyz` and `/metrics` itself
 */
export async function runService(
  name: string,
  options: ServiceOptions,
  work: (context: ServiceContext) => Promise<void>,
  probes = true,
): Promise<void> {
  const config = loadBackboneConfig(options.config);
  const base = { service: name, pipeline: config.pipeline };
  const logger = pino({ level: options.logLevel, base }, pino.destination({ dest: 2, sync: true }));
  const metrics = createMetrics({ version });
  const readiness = new Readiness();
  const signal = stopSignal();
  const lagWatch = new LagWatch(metrics.logLag);
  const server = probes ? await startProbes(config.http, metrics, readiness) : null;
  logger.info({ version, probes: server?.url }, "started");
  const retrying = { readiness, logger, random: Math.random, signal };
  const context: ServiceContext = {
    config,
    logger,
    metrics,
    readiness,
    lagWatch,
    signal,
    connect: (to, open, stop = signal) => connect(to, open, { ...retrying, signal: stop }),
    waitFor: async (server, ask) => void (await connect(server, ask, retrying)),
    answerAt: (path, ask) => server?.answerAt(path, ask),
  };
  try {
    await untilDone(() => watched(work, context), retrying);
    logger.info("stopped");
  } catch (error) {
    if (error instanceof VelibError) logger.error({ code: error.code, reason: error.message }, "ended");
    throw error;
  } finally {
    lagWatch.stop();
    await server?.close();
  }
}

/** Runs the work with an eye on the servers that it connects to, and closes its connections. */
async function watched(work: (context: ServiceContext) => Promise<void>, context: ServiceContext): Promise<void> {
  const watch = new ServerWatch(context.readiness);
  const connections = new OpenConnections(context.logger);
  try {
    await work({
      ...context,
      async connect(server, open, stop) {
        const opened = await context.connect(server, open, stop);
        if (opened !== null) connections.add(server, opened);
        if (isPingable(opened)) watch.add(server, opened);
        return opened;
      },
    });
  } finally {
    watch.stop();
    await connections.close();
  }
}
