import { CassandraUsers } from "../../adapters/cassandra/cassandra-users.ts";
import { RandomUserApi } from "../../adapters/randomuser/random-user-api.ts";
import type { DeadLetters } from "../../core/ports/dead-letters.ts";
import { durationMs } from "../../core/time/duration.ts";
import { personalDataFilter } from "../../core/users/personal-data.ts";
import { cassandraOptions, fileOf } from "../backbone/connections.ts";
import { openUserLog } from "../backbone/kafka.ts";
import type { ServiceContext } from "../backbone/run-service.ts";
import type { UsersConfig } from "../config/backbone-config.ts";
import { UsersArchiver } from "./users-archiver.ts";
import { askForUsers } from "./users-loop.ts";
import { UsersProducer } from "./users-producer.ts";

/** The users part of `velib produce`, until `signal` aborts. */
export async function produceUsers(
  context: ServiceContext,
  users: UsersConfig,
  deadLetters: DeadLetters,
  signal: AbortSignal,
): Promise<void> {
  const { metrics, logger } = context;
  const { url, results, nationalities, interval } = users.randomUser;
  const { hashKeyFile, ...policy } = users.personalData;
  const key = hashKeyFile === undefined ? null : Buffer.from(fileOf("users.personalData.hashKeyFile", hashKeyFile));
  const filter = personalDataFilter(policy, key);
  const api = new RandomUserApi(new URL(url), { results, nationalities });
  const log = await context.connect("kafka", () => openUserLog(context, "produce"));
  if (log === null) return;
  const producer = new UsersProducer(log, deadLetters, filter, metrics);
  const intervalMs = durationMs(interval);
  await askForUsers(api, producer, { intervalMs, now: Date.now, random: Math.random, logger, metrics, signal });
}

/** The users part of `velib archive`, until `signal` aborts. */
export async function archiveUsers(
  context: ServiceContext,
  deadLetters: DeadLetters,
  signal: AbortSignal,
): Promise<void> {
  const open = () => CassandraUsers.open(cassandraOptions(context.config, "archive"));
  const store = await context.connect("cassandra", open);
  if (store === null) return;
  const archiver = new UsersArchiver(store, deadLetters, context.metrics);
  const onRevoked = (partition: number) => archiver.revoked(partition);
  const log = await context.connect("kafka", () => openUserLog(context, "archive", onRevoked));
  if (log !== null) await archiver.run(log, signal);
}
