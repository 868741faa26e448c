import { setTimeout as pause } from "node:timers/promises";
import { type Client, types } from "cassandra-driver";
import { VelibError } from "../../core/errors.ts";

/** A holder that died is out after so long; a living one renews in time. */
const ttlSeconds = 60;
const renewMs = 15_000;
const retryMs = 200;
const patienceMs = 120_000;

const linearizable = {
  prepare: true,
  serialConsistency: types.consistencies.serial,
  // Repeating a lightweight transaction could find its own first try in the way.
  isIdempotent: false,
};

/**
 * Runs `work` while no other process does: starters of one pipeline would otherwise change the schema at once, which
 * Cassandra does not survive. The lock is a row that is only inserted where there is none.
 * @param owner names the holder, unique
 * @throws VelibError VELIB_CASSANDRA_MIGRATION_LOCKED when another holds it for more than two minutes
 */
export async function withSchemaLock<T>(
  client: Client,
  keyspace: string,
  owner: string,
  work: () => Promise<T>,
): Promise<T> {
  await acquire(client, keyspace, owner);
  const renewing = setInterval(() => {
    // A renewal that fails leaves the lock to its TTL; the work itself is repeatable.
    renew(client, keyspace, owner).catch(() => {});
  }, renewMs);
  try {
    return await work();
  } finally {
    clearInterval(renewing);
    await client.execute(
      `DELETE FROM ${keyspace}.schema_lock WHERE name = 'schema' IF owner = ?`,
      [owner],
      linearizable,
    );
  }
}

async function acquire(client: Client, keyspace: string, owner: string): Promise<void> {
  const insert = `INSERT INTO ${keyspace}.schema_lock (name, owner) VALUES ('schema', ?) IF NOT EXISTS USING TTL ${ttlSeconds}`;
  const until = performance.now() + patienceMs;
  while (true) {
    const row = (await client.execute(insert, [owner], linearizable)).first();
    if (row?.get("[applied]") === true || row?.get("owner") === owner) return;
    if (performance.now() > until) {
      throw new VelibError(
        "VELIB_CASSANDRA_MIGRATION_LOCKED",
        `Cassandra keyspace ${keyspace}: ${row?.get("owner")} is changing the schema for more than ${patienceMs / 1000} s; see its log`,
      );
    }
    await pause(retryMs);
  }
}

async function renew(client: Client, keyspace: string, owner: string): Promise<void> {
  await client.execute(
    `UPDATE ${keyspace}.schema_lock USING TTL ${ttlSeconds} SET owner = ? WHERE name = 'schema' IF owner = ?`,
    [owner, owner],
    linearizable,
  );
}
