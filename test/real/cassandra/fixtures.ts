import { Client } from "cassandra-driver";
import type { CassandraOptions } from "../../../adapters/cassandra/options.ts";

export interface Address {
  contactPoints: string[];
  dataCenter: string;
}

export function optionsOf(address: Address, keyspace: string): CassandraOptions {
  return {
    contactPoints: address.contactPoints,
    localDataCenter: address.dataCenter,
    keyspace,
    replication: { [address.dataCenter]: 1 },
  };
}

/** A plain client, as any other program would use. */
export function plainClient(address: Address): Client {
  return new Client({
    contactPoints: address.contactPoints,
    localDataCenter: address.dataCenter,
    socketOptions: { readTimeout: 60_000 },
  });
}

export async function dropKeyspace(address: Address, keyspace: string): Promise<void> {
  const client = plainClient(address);
  try {
    await client.execute(`DROP KEYSPACE IF EXISTS ${keyspace}`);
  } finally {
    await client.shutdown();
  }
}
