import type { Command } from "commander";
import { CassandraHistory } from "../../adapters/cassandra/cassandra-history.ts";
import { cassandraOptions } from "../backbone/connections.ts";
import { openDeadLetters, openLog } from "../backbone/kafka.ts";
import type { ServiceContext } from "../backbone/run-service.ts";
import { runService } from "../backbone/run-service.ts";
import { runTogether } from "../backbone/run-together.ts";
import { serviceCommand } from "../backbone/service-command.ts";
import { archiveUsers } from "../users/users-services.ts";
import { Archiver, archiverGroup } from "./archiver.ts";

export function archiveCommand(): Command {
  return serviceCommand("archive", "Write every observation and poll from Kafka into Cassandra", (options) =>
    runService("archive", options, archive),
  );
}

/** Any number of these share the log's partitions. */
async function archive(context: ServiceContext): Promise<void> {
  const { config, readiness, metrics, signal } = context;
  const cassandra = cassandraOptions(config, "archive");
  const history = await context.connect("cassandra", () => CassandraHistory.open(cassandra));
  const log = await context.connect("kafka", () => openLog(context, "archive"));
  const deadLetters = await context.connect("kafka", () => openDeadLetters(context, "archive"));
  try {
    if (history === null || log === null || deadLetters === null) return;
    readiness.started();
    const archiver = new Archiver(history, metrics);
    const services = [(stop: AbortSignal) => log.consume(archiverGroup, archiver, { signal: stop })];
    if (config.users !== undefined) services.push((stop) => archiveUsers(context, deadLetters, stop));
    await runTogether(services, signal);
  } finally {
    await Promise.all([log?.close(), deadLetters?.close(), history?.close()]);
  }
}
