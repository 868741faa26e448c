import type { Command } from "commander";
import { groupName, topicNames } from "../../adapters/kafka/topic-names.ts";
import { MongodbResults } from "../../adapters/mongodb/mongodb-results.ts";
import { mongodbOptions } from "../backbone/connections.ts";
import { openDeadLetters, openLog } from "../backbone/kafka.ts";
import { runConsumer } from "../backbone/run-consumer.ts";
import type { ServiceContext } from "../backbone/run-service.ts";
import { runService } from "../backbone/run-service.ts";
import { consumerCommand } from "../backbone/service-command.ts";
import { windowSettings } from "../config/settings.ts";
import { Aggregator, aggregatorGroup } from "./aggregator.ts";

/** Windows gathered before a commit while catching up. */
const commitWindows = 20_000;

export function aggregateCommand(): Command {
  return consumerCommand("aggregate", "Compute windows and latest states from Kafka into MongoDB", (options) =>
    runService("aggregate", options, (context) => aggregate(context, options.untilDrained === true)),
  );
}

/** Any number of these share the log's partitions. */
async function aggregate(context: ServiceContext, untilDrained: boolean): Promise<void> {
  const { config, readiness, metrics } = context;
  const { pipeline } = config;
  const windows = windowSettings(config);
  const results = await context.connect("mongodb", () => MongodbResults.open(mongodbOptions(config, "aggregate")));
  const log = await context.connect("kafka", () => openLog(context, "aggregate"));
  const deadLetters = await context.connect("kafka", () => openDeadLetters(context, "aggregate"));
  if (results === null || log === null || deadLetters === null) return;
  readiness.started();
  const aggregator = new Aggregator(results, deadLetters, { windows, commitWindows }, metrics);
  const topics = [{ group: groupName(pipeline, aggregatorGroup), topic: topicNames(pipeline).observations }];
  await runConsumer(context, "aggregate", topics, untilDrained, (signal) =>
    log.consume(aggregatorGroup, aggregator, { signal }),
  );
}
