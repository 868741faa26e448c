import { expect, it, onTestFinished } from "vitest";
import { CassandraHistory } from "../../../adapters/cassandra/cassandra-history.ts";
import { migrate } from "../../../adapters/cassandra/migrate.ts";
import { parseMigration, readMigrations } from "../../../adapters/cassandra/migrations.ts";
import { uniqueName } from "../../contracts/opened.ts";
import { describeReal } from "../servers.ts";
import { type Address, dropKeyspace, optionsOf, plainClient } from "./fixtures.ts";

function freshKeyspace(address: Address): string {
  const keyspace = uniqueName("velib");
  onTestFinished(() => dropKeyspace(address, keyspace));
  return keyspace;
}

async function rowsOf(address: Address, query: string): Promise<Record<string, unknown>[]> {
  const client = plainClient(address);
  const answer = await client.execute(query);
  await client.shutdown();
  return answer.rows.map((row) => Object.fromEntries(row.keys().map((key) => [key, row.get(key)])));
}

describeReal("Cassandra migrations", ["cassandra"], ({ cassandra: address }) => {
  it("are applied once, however many processes start at once, and the lock is free afterwards", async () => {
    const keyspace = freshKeyspace(address);

    const opened = await Promise.all([1, 2, 3, 4].map(() => CassandraHistory.open(optionsOf(address, keyspace))));
    await Promise.all(opened.map((history) => history.close()));

    const applied = await rowsOf(address, `SELECT version, name, applied_by FROM ${keyspace}.schema_migrations`);
    expect(applied.map((row) => row.version).sort()).toEqual(readMigrations().map(({ version }) => version));
    expect(new Set(applied.map((row) => row.applied_by)).size).toBe(1);
    expect(await rowsOf(address, `SELECT * FROM ${keyspace}.schema_lock`)).toEqual([]);
  });

  it("go on after a step that broke off", async () => {
    const keyspace = freshKeyspace(address);
    const client = plainClient(address);
    onTestFinished(() => client.shutdown());
    const settings = { keyspace, replication: { [address.dataCenter]: 1 }, historyTtlSeconds: 0 };
    const first = parseMigration("001-a.cql", "CREATE TABLE IF NOT EXISTS {keyspace}.a (id int PRIMARY KEY);");
    const broken = parseMigration(
      "002-b.cql",
      "CREATE TABLE IF NOT EXISTS {keyspace}.b (id int PRIMARY KEY);\nCREATE nonsense;\n",
    );
    const mended = parseMigration(
      "002-b.cql",
      "CREATE TABLE IF NOT EXISTS {keyspace}.b (id int PRIMARY KEY, n int);\n",
    );

    await expect(migrate(client, settings, [first, broken])).rejects.toThrow(/nonsense/);
    await migrate(client, settings, [first, mended]).catch(() => {});

    const applied = await rowsOf(address, `SELECT version FROM ${keyspace}.schema_migrations`);
    expect(applied.map((row) => row.version).sort()).toEqual([1, 2]);
  });

  it("refuse a keyspace of a newer release, and one whose applied step differs", async () => {
    const keyspace = freshKeyspace(address);
    await (await CassandraHistory.open(optionsOf(address, keyspace))).close();
    const client = plainClient(address);
    onTestFinished(() => client.shutdown());
    await client.execute(
      `INSERT INTO ${keyspace}.schema_migrations (version, name, checksum) VALUES (999, 'later', 'x')`,
    );

    const newer = CassandraHistory.open(optionsOf(address, keyspace));
    await expect(newer).rejects.toMatchObject({ code: "VELIB_CASSANDRA_MIGRATION", message: /newer release/ });

    await client.execute(`DELETE FROM ${keyspace}.schema_migrations WHERE version = 999`);
    await client.execute(`UPDATE ${keyspace}.schema_migrations SET checksum = 'edited' WHERE version = 1`);
    const edited = CassandraHistory.open(optionsOf(address, keyspace));
    await expect(edited).rejects.toMatchObject({ code: "VELIB_CASSANDRA_MIGRATION", message: /differs/ });
  });

  it("set the TTL of the history, and change it when the options do", async () => {
    const keyspace = freshKeyspace(address);
    const ttls: unknown[] = [];

    for (const historyTtlSeconds of [3600, 7200, 0]) {
      await (await CassandraHistory.open({ ...optionsOf(address, keyspace), historyTtlSeconds })).close();
      const tables = await rowsOf(
        address,
        `SELECT table_name, default_time_to_live AS ttl, compaction FROM system_schema.tables WHERE keyspace_name = '${keyspace}'`,
      );
      ttls.push(tables.find((table) => table.table_name === "observations_by_day")?.ttl);
      expect(tables.find((table) => table.table_name === "history_positions")?.ttl).toBe(0);
      expect(JSON.stringify(tables.find((table) => table.table_name === "polls"))).toContain("TimeWindowCompaction");
    }

    expect(ttls).toEqual([3600, 7200, 0]);
  });
});
