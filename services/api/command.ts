import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { MongodbResults } from "../../adapters/mongodb/mongodb-results.ts";
import type { MongodbOptions } from "../../adapters/mongodb/options.ts";
import { mongodbOptions } from "../backbone/connections.ts";
import { openDeadLetters } from "../backbone/kafka.ts";
import { Readiness } from "../backbone/readiness.ts";
import { connect } from "../backbone/retrying.ts";
import type { ServiceContext } from "../backbone/run-service.ts";
import { runService } from "../backbone/run-service.ts";
import { runTogether } from "../backbone/run-together.ts";
import { serviceCommand } from "../backbone/service-command.ts";
import { describeSource } from "../backbone/source-descriptions.ts";
import { version } from "../cli/version.ts";
import { createApi } from "./api.ts";
import { AwaitedDeadLetters, AwaitedResults } from "./awaited-stores.ts";
import { ReaderTokens } from "./reader-tokens.ts";

const consoleDir = fileURLToPath(new URL("../console/dist", import.meta.url));

export function serveCommand(): Command {
  return serviceCommand("serve", "Serve the API and the console from MongoDB", (options) =>
    runService("serve", options, serve, false),
  );
}

/**
 * Opens the port first: probes are answered from then on, and every route says 503 until its store is connected. Only
 * the dead letters are read from Kafka; the service is ready without it.
 */
async function serve(context: ServiceContext): Promise<void> {
  const { config, readiness, metrics, logger, signal } = context;
  const { host, port, authentication } = config.http;
  const readers = authentication && (await ReaderTokens.open(authentication.bearerTokensFolder, logger));
  const mongodb = mongodbOptions(config, "serve");
  const results = new AwaitedResults();
  const deadLetters = new AwaitedDeadLetters();
  const api = createApi({
    results,
    deadLetters,
    sources: config.sources.map(describeSource),
    now: Date.now,
    metrics,
    ready: () => readiness.state(),
    ...(readers === undefined ? {} : { readers }),
    ...(existsSync(join(consoleDir, "index.html")) ? { consoleDir } : {}),
    version,
    logger,
  });
  try {
    const url = await api.listen({ host, port });
    logger.info({ url }, "listening");
    const connecting = [
      (stop: AbortSignal) => withResults(context, mongodb, results, stop),
      (stop: AbortSignal) => withDeadLetters(context, deadLetters, stop),
    ];
    await runTogether(connecting, signal);
  } finally {
    await api.close();
  }
}

async function withResults(
  { connect, readiness }: ServiceContext,
  mongodb: MongodbOptions,
  results: AwaitedResults,
  signal: AbortSignal,
): Promise<void> {
  const store = await connect("mongodb", () => MongodbResults.open(mongodb));
  if (store === null) return;
  try {
    results.connected(store);
    readiness.started();
    await aborted(signal);
  } finally {
    await store.close();
  }
}

async function withDeadLetters(
  context: ServiceContext,
  deadLetters: AwaitedDeadLetters,
  signal: AbortSignal,
): Promise<void> {
  const apart = { readiness: new Readiness(), logger: context.logger, random: Math.random, signal };
  const letters = await connect("kafka", () => openDeadLetters(context, "serve"), apart);
  if (letters === null) return;
  try {
    deadLetters.connected(letters);
    await aborted(signal);
  } finally {
    await letters.close();
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
}
