import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { groupName, topicNames } from "../../adapters/kafka/topic-names.ts";
import { MongodbResults } from "../../adapters/mongodb/mongodb-results.ts";
import { aggregatorGroup } from "../aggregator/aggregator.ts";
import { archiverGroup } from "../archiver/archiver.ts";
import { askBacklog, type ConsumedTopic } from "../backbone/backlog.ts";
import { kafkaConnection, mongodbOptions } from "../backbone/connections.ts";
import { openDeadLetters } from "../backbone/kafka.ts";
import { OpenConnections } from "../backbone/open-connections.ts";
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
  // Looked at before the port is opened: a missing section is told at once.
  mongodbOptions(config, "serve");
  const results = new AwaitedResults();
  const deadLetters = new AwaitedDeadLetters();
  const api = createApi({
    results,
    deadLetters,
    sources: config.sources.map(describeSource),
    backlog: () => askBacklog(kafkaConnection(config, "serve"), consumedTopics(config.pipeline)),
    now: Date.now,
    metrics,
    ready: () => readiness.state(),
    ...(readers === undefined ? {} : { readers }),
    ...(existsSync(join(consoleDir, "index.html")) ? { consoleDir } : {}),
    version,
    logger,
  });
  const apart = new OpenConnections(logger);
  try {
    const url = await api.listen({ host, port });
    logger.info({ url }, "listening");
    const connectResults = async (stop: AbortSignal) => {
      const store = await context.connect("mongodb", () => MongodbResults.open(mongodbOptions(config, "serve")), stop);
      if (store === null) return;
      results.connected(store);
      readiness.started();
    };
    const connectDeadLetters = async (stop: AbortSignal) => {
      const retrying = { readiness: new Readiness(), logger, random: Math.random, signal: stop };
      const store = await connect("kafka", () => openDeadLetters(context, "serve"), retrying);
      if (store === null) return;
      apart.add("kafka", store);
      deadLetters.connected(store);
    };
    await runTogether([connectResults, connectDeadLetters], signal);
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  } finally {
    await api.close();
    await apart.close();
  }
}

/** Who works off the log. */
function consumedTopics(pipeline: string): ConsumedTopic[] {
  const topic = topicNames(pipeline).observations;
  return [aggregatorGroup, archiverGroup].map((group) => ({ group: groupName(pipeline, group), topic }));
}
