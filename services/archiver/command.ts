import type { Command } from "commander";
import { CassandraHistory } from "../../adapters/cassandra/cassandra-history.ts";
import { cassandraOptions } from "../backbone/connections.ts";
import { openLog } from "../backbone/kafka.ts";
import type { ServiceContext } from "../backbone/run-service.ts";
import { runService } from "../backbone/run-service.ts";
import { serviceCommand } from "../backbone/service-command.ts";
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
  try {
    if (history === null || log === null) return;
    readiness.started();
    await log.consume(archiverGroup, new Archiver(history, metrics), { signal });
  } finally {
    await Promise.all([log?.close(), history?.close()]);
  }
}
