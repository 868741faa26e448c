import type { Command } from "commander";
import { CassandraHistory } from "../../adapters/cassandra/cassandra-history.ts";
import { usersTopic } from "../../adapters/kafka/kafka-user-log.ts";
import { groupName, topicNames } from "../../adapters/kafka/topic-names.ts";
import { cassandraOptions } from "../backbone/connections.ts";
import { openDeadLetters, openLog } from "../backbone/kafka.ts";
import { runConsumer } from "../backbone/run-consumer.ts";
import type { ServiceContext } from "../backbone/run-service.ts";
import { runService } from "../backbone/run-service.ts";
import { runTogether } from "../backbone/run-together.ts";
import { consumerCommand } from "../backbone/service-command.ts";
import { usersArchiverGroup } from "../users/users-archiver.ts";
import { archiveUsers } from "../users/users-services.ts";
import { Archiver, archiverGroup } from "./archiver.ts";

export function archiveCommand(): Command {
  return consumerCommand("archive", "Write every observation and poll from Kafka into Cassandra", (options) =>
    runService("archive", options, (context) => archive(context, options.untilDrained === true)),
  );
}

/** Any number of these share the log's partitions. */
async function archive(context: ServiceContext, untilDrained: boolean): Promise<void> {
  const { config, readiness, metrics } = context;
  const { pipeline } = config;
  const history = await context.connect("cassandra", () => CassandraHistory.open(cassandraOptions(config, "archive")));
  const log = await context.connect("kafka", () => openLog(context, "archive"));
  const deadLetters = await context.connect("kafka", () => openDeadLetters(context, "archive"));
  if (history === null || log === null || deadLetters === null) return;
  readiness.started();
  const archiver = new Archiver(history, metrics);
  const services = [(signal: AbortSignal) => log.consume(archiverGroup, archiver, { signal })];
  const topics = [{ group: groupName(pipeline, archiverGroup), topic: topicNames(pipeline).observations }];
  if (config.users !== undefined) {
    services.push((signal) => archiveUsers(context, deadLetters, signal));
    topics.push({ group: groupName(pipeline, usersArchiverGroup), topic: usersTopic(pipeline) });
  }
  await runConsumer(context, "archive", topics, untilDrained, (signal) => runTogether(services, signal));
}
