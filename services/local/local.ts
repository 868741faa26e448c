import { createServer } from "node:net";
import type { Logger } from "pino";
import { VelibError } from "../../core/errors.ts";
import { createApi } from "../api/api.ts";
import type { ReaderTokens } from "../api/reader-tokens.ts";
import type { LiveZones } from "../config/live-zones.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { RunnableSource } from "../sources/runnable-source.ts";
import type { EmbeddedPlatform } from "./embedded-platform.ts";

export interface LocalOptions {
  platform: EmbeddedPlatform;
  sources: readonly RunnableSource[];
  metrics: Metrics;
  logger: Logger;
  host: string;
  port: number;
  /** Followed while it runs; absent where the rule never changes. */
  zones?: LiveZones;
  /** Who may read; everybody without it. */
  readers?: ReaderTokens;
  consoleDir: string;
  version: string;
  now: () => number;
  random: () => number;
  signal: AbortSignal;
  /** Told once it listens: the address to open. */
  onListening: (url: string) => void;
}

/**
 * Producers, aggregator, archiver, API and console in one process, until `signal` aborts. Stops in the order of the
 * data's flow: sources first, then what they sent is worked off, then the API.
 * @throws VelibError VELIB_PORT_IN_USE, or whatever ended one of the services
 */
export async function runLocal(options: LocalOptions): Promise<void> {
  const { platform, metrics, logger, signal, now, random } = options;
  const following = new AbortController();
  const failure = Promise.withResolvers<never>();
  const producing = new AbortController();
  signal.addEventListener("abort", () => producing.abort());
  const api = createApi({
    results: platform.results,
    deadLetters: platform.deadLetters,
    sources: options.sources.map((source) => source.description),
    now,
    metrics,
    ready: () => ({ ready: true }),
    ...(options.readers === undefined ? {} : { readers: options.readers }),
    consoleDir: options.consoleDir,
    version: options.version,
    logger,
  });
  const url = await listen(() => api.listen({ host: options.host, port: options.port }), options);
  options.onListening(url);

  options.zones?.follow(signal);
  const follow = platform.follow(following.signal);
  const runs = options.sources.map(async (source) => {
    const { producer, lastPollAt } = await platform.producer(source.description.name, source.holdMs);
    const forget = options.zones?.tell((rule) => producer.useZones(rule));
    const run = source.run({ producer, lastPollAt, now, random, logger, metrics, signal: producing.signal });
    await run.finally(forget);
  });
  for (const service of [follow, ...runs]) service.catch(failure.reject);
  try {
    await Promise.race([aborted(signal), failure.promise]);
  } finally {
    producing.abort();
    await Promise.allSettled(runs);
    following.abort();
    await Promise.allSettled([follow]);
    await api.close();
  }
  await platform.catchUp();
}

/** @throws VelibError VELIB_PORT_IN_USE when nothing can listen there; nothing is left listening */
export async function assertPortFree(host: string, port: number): Promise<void> {
  const server = createServer();
  await listen(
    () =>
      new Promise((resolve, reject) => {
        server.once("error", reject);
        server.listen(port, host, () => server.close(() => resolve("")));
      }),
    { host, port },
  );
}

async function listen(start: () => Promise<string>, { host, port }: { host: string; port: number }): Promise<string> {
  try {
    return await start();
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : "";
    if (code === "EADDRINUSE") {
      throw new VelibError("VELIB_PORT_IN_USE", `--port ${port}: in use on ${host}; give another (0: any free one)`, {
        cause,
      });
    }
    if (code === "EACCES" || code === "EADDRNOTAVAIL" || code === "ENOTFOUND") {
      throw new VelibError("VELIB_PORT_IN_USE", `--port ${port}: can't listen on ${host} (${code}); give another`, {
        cause,
      });
    }
    throw cause;
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
