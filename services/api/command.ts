import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { MongodbResults } from "../../adapters/mongodb/mongodb-results.ts";
import { mongodbOptions } from "../backbone/connections.ts";
import { openDeadLetters } from "../backbone/kafka.ts";
import type { ServiceContext } from "../backbone/run-service.ts";
import { runService } from "../backbone/run-service.ts";
import { serviceCommand } from "../backbone/service-command.ts";
import { describeSource } from "../backbone/source-descriptions.ts";
import { version } from "../cli/version.ts";
import { createApi } from "./api.ts";
import { ReaderTokens } from "./reader-tokens.ts";

const consoleDir = fileURLToPath(new URL("../console/dist", import.meta.url));

export function serveCommand(): Command {
  return serviceCommand("serve", "Serve the API and the console from MongoDB", (options) =>
    runService("serve", options, serve, false),
  );
}

async function serve(context: ServiceContext): Promise<void> {
  const { config, readiness, metrics, logger, signal } = context;
  const { host, port, authentication } = config.http;
  const readers = authentication && (await ReaderTokens.open(authentication.bearerTokensFolder, logger));
  const mongodb = mongodbOptions(config, "serve");
  const results = await context.connect("mongodb", () => MongodbResults.open(mongodb));
  const deadLetters = await context.connect("kafka", () => openDeadLetters(context, "serve"));
  try {
    if (results === null || deadLetters === null) return;
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
    const url = await api.listen({ host, port });
    readiness.started();
    logger.info({ url }, "listening");
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    await api.close();
  } finally {
    await Promise.all([results?.close(), deadLetters?.close()]);
  }
}
