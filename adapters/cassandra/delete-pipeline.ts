import { CassandraConnection } from "./cassandra-connection.ts";
import { type Migration, readMigrations } from "./migrations.ts";
import type { CassandraOptions } from "./options.ts";

/**
 * Drops a pipeline's tables, and its keyspace where that is configured to be made by it (`replication`) and holds
 * nothing else. Repeatable: what is gone is passed over. Nodes keep a snapshot of a dropped table where their
 * `auto_snapshot` says so.
 * @returns the tables, and the keyspace, that were there
 * @throws VelibError VELIB_CASSANDRA_*
 */
export async function deletePipeline(
  options: CassandraOptions,
): Promise<{ tables: string[]; keyspace: string | null }> {
  const connection = await CassandraConnection.open(options);
  try {
    const { keyspace } = options;
    const existing = await tablesIn(connection, keyspace);
    const tables = ownTables(readMigrations()).filter((table) => existing.has(table));
    for (const table of tables) await change(connection, `DROP TABLE IF EXISTS ${keyspace}.${table}`);
    if (!(await isThere(connection, keyspace))) return { tables, keyspace: null };
    for (const type of ownTypes(readMigrations())) await change(connection, `DROP TYPE IF EXISTS ${keyspace}.${type}`);
    const isOwn = options.replication !== undefined && existing.size === tables.length;
    if (!isOwn) return { tables, keyspace: null };
    await change(connection, `DROP KEYSPACE IF EXISTS ${keyspace}`);
    return { tables, keyspace };
  } finally {
    await connection.close();
  }
}

/** The tables of all migrations and, last, those that say what is applied. */
export function ownTables(migrations: readonly Migration[]): string[] {
  return [...made("TABLE", migrations), "schema_lock", "schema_migrations"];
}

export function ownTypes(migrations: readonly Migration[]): string[] {
  return made("TYPE", migrations);
}

function made(kind: "TABLE" | "TYPE", migrations: readonly Migration[]): string[] {
  const pattern = new RegExp(`^CREATE ${kind} IF NOT EXISTS \\{keyspace\\}\\.(\\w+)`);
  const names = migrations.flatMap(({ statements }) => statements.map((statement) => pattern.exec(statement)?.[1]));
  return [...new Set(names.filter((name) => name !== undefined))];
}

async function tablesIn(connection: CassandraConnection, keyspace: string): Promise<Set<string>> {
  const query = "SELECT table_name FROM system_schema.tables WHERE keyspace_name = ?";
  const tables = new Set<string>();
  for await (const row of connection.rows(query, [keyspace])) tables.add(String(row.get("table_name")));
  return tables;
}

async function isThere(connection: CassandraConnection, keyspace: string): Promise<boolean> {
  const query = "SELECT keyspace_name FROM system_schema.keyspaces WHERE keyspace_name = ?";
  for await (const _row of connection.rows(query, [keyspace])) return true;
  return false;
}

async function change(connection: CassandraConnection, statement: string): Promise<void> {
  await connection.guard(() => connection.client.execute(statement));
}
