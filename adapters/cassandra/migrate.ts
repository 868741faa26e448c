import { createHash, randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { type Client, errors, types } from "cassandra-driver";
import { VelibError } from "../../core/errors.ts";
import type { Migration } from "./migrations.ts";
import { withSchemaLock } from "./schema-lock.ts";

export interface SchemaSettings {
  keyspace: string;
  /** Replicas by data centre; absent: the keyspace must be there. */
  replication?: Readonly<Record<string, number>> | undefined;
  historyTtlSeconds: number;
}

const migrationColumns = "version int PRIMARY KEY, name text, checksum text, applied_at timestamp, applied_by text";
const tablesWithTtl = ["observations_by_station", "observations_by_day", "polls", "absences"];

/**
 * Brings the keyspace to the newest schema. Repeatable: what is applied is not applied again, a step that broke off
 * is. Any number of processes may start at once.
 * @throws VelibError VELIB_CASSANDRA_KEYSPACE, VELIB_CASSANDRA_REPLICATION, VELIB_CASSANDRA_MIGRATION,
 *   VELIB_CASSANDRA_MIGRATION_LOCKED
 */
export async function migrate(
  client: Client,
  settings: SchemaSettings,
  migrations: readonly Migration[],
): Promise<void> {
  const { keyspace } = settings;
  await ensureKeyspace(client, settings);
  await ensureOwnTable(client, keyspace, "schema_migrations", migrationColumns);
  if (await isCurrent(client, settings, migrations)) return;
  await ensureOwnTable(client, keyspace, "schema_lock", "name text PRIMARY KEY, owner text");
  const owner = `${hostname()} ${process.pid} ${randomUUID()}`;
  await withSchemaLock(client, keyspace, owner, async () => {
    for (const migration of await missing(client, keyspace, migrations)) {
      for (const statement of migration.statements) await change(client, statement.replaceAll("{keyspace}", keyspace));
      await client.execute(
        `INSERT INTO ${keyspace}.schema_migrations (version, name, checksum, applied_at, applied_by)
         VALUES (?, ?, ?, toTimestamp(now()), ?)`,
        [migration.version, migration.name, migration.checksum, owner],
        { prepare: true },
      );
    }
    for (const table of await withOtherTtl(client, settings)) {
      await change(
        client,
        `ALTER TABLE ${keyspace}.${table} WITH default_time_to_live = ${settings.historyTtlSeconds}`,
      );
    }
  });
}

async function isCurrent(client: Client, settings: SchemaSettings, migrations: readonly Migration[]): Promise<boolean> {
  if ((await missing(client, settings.keyspace, migrations)).length > 0) return false;
  return (await withOtherTtl(client, settings)).length === 0;
}

async function ensureKeyspace(client: Client, { keyspace, replication }: SchemaSettings): Promise<void> {
  const found = await client.execute(
    "SELECT keyspace_name FROM system_schema.keyspaces WHERE keyspace_name = ?",
    [keyspace],
    { prepare: true },
  );
  if (found.rowLength > 0) return;
  if (replication === undefined) {
    throw new VelibError(
      "VELIB_CASSANDRA_KEYSPACE",
      `Cassandra keyspace ${keyspace} does not exist; create it, or set replication so that it can be made`,
    );
  }
  const factors = Object.entries(replication).map(([name, factor]) => `, '${name.replaceAll("'", "''")}': ${factor}`);
  await change(
    client,
    `CREATE KEYSPACE IF NOT EXISTS ${keyspace} WITH replication = {'class': 'NetworkTopologyStrategy'${factors.join("")}}`,
  );
}

/**
 * A table that is made before there is a lock. Its id follows from its name: made by two processes through two
 * nodes at once it is still the same table, where random ids would clash.
 */
async function ensureOwnTable(client: Client, keyspace: string, table: string, columns: string): Promise<void> {
  const found = await client.execute(
    "SELECT table_name FROM system_schema.tables WHERE keyspace_name = ? AND table_name = ?",
    [keyspace, table],
    { prepare: true },
  );
  if (found.rowLength === 0) {
    const id = uuidOf(`velib ${keyspace}.${table}`);
    await change(client, `CREATE TABLE IF NOT EXISTS ${keyspace}.${table} (${columns}) WITH ID = ${id}`);
  }
  await untilUsable(client, `${keyspace}.${table}`);
}

/** A table that another process is making is listed a moment before a node takes queries of it. */
async function untilUsable(client: Client, table: string): Promise<void> {
  const until = performance.now() + 10_000;
  while (true) {
    try {
      await client.execute(`SELECT * FROM ${table} LIMIT 1`);
      return;
    } catch (error) {
      if (!isUnknownTable(error) || performance.now() > until) throw error;
    }
    await pause(50);
  }
}

/** A node without the table refuses the query; one that is taking it in fails by its own internal error. */
function isUnknownTable(error: unknown): boolean {
  const { invalid, serverError } = types.responseErrorCodes;
  return error instanceof errors.ResponseError && (error.code === invalid || error.code === serverError);
}

/** What is not applied yet. @throws VelibError VELIB_CASSANDRA_MIGRATION when what is applied is not ours */
async function missing(client: Client, keyspace: string, migrations: readonly Migration[]): Promise<Migration[]> {
  const answer = await client.execute(`SELECT version, name, checksum FROM ${keyspace}.schema_migrations`, [], {
    prepare: true,
  });
  const ours = new Map(migrations.map((migration) => [migration.version, migration]));
  const applied = new Set<number>();
  for (const row of answer.rows) {
    const version = Number(row.get("version"));
    applied.add(version);
    if (ours.get(version)?.checksum === row.get("checksum")) continue;
    const problem = ours.has(version) ? "differs from the one of this release" : "is of a newer release";
    throw new VelibError(
      "VELIB_CASSANDRA_MIGRATION",
      `Cassandra keyspace ${keyspace}: its migration ${version} (${row.get("name")}) ${problem}; run the release that made it, or use another keyspace`,
    );
  }
  return migrations.filter((migration) => !applied.has(migration.version));
}

async function withOtherTtl(client: Client, { keyspace, historyTtlSeconds }: SchemaSettings): Promise<string[]> {
  const answer = await client.execute(
    "SELECT table_name, default_time_to_live FROM system_schema.tables WHERE keyspace_name = ?",
    [keyspace],
    { prepare: true },
  );
  const ttls = new Map(
    answer.rows.map((row) => [String(row.get("table_name")), Number(row.get("default_time_to_live"))]),
  );
  return tablesWithTtl.filter((table) => ttls.get(table) !== historyTtlSeconds);
}

/** A schema change, through once all nodes that are up agree on it. */
async function change(client: Client, statement: string): Promise<void> {
  // The driver waits ten seconds for the agreement, and then goes on without.
  const { info } = await client.execute(statement);
  if (!("isSchemaInAgreement" in info) || info.isSchemaInAgreement === true) return;
  throw new VelibError(
    "VELIB_CASSANDRA_MIGRATION_LOCKED",
    "Cassandra: the nodes did not agree on the schema in time; check nodetool describecluster, then start again",
  );
}

/** A UUID of version 8 (RFC 9562 §5.8) from a text. */
function uuidOf(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
