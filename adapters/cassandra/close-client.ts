import type { Client, Host } from "cassandra-driver";

/**
 * Closes a client for good. The driver's shutdown does not call off a control connection that it is just making anew
 * after a broken line: that came up later, on a host that shutdown did not know, and held the process up for ever.
 */
export async function closeClient(client: Client): Promise<void> {
  const { controlConnection } = client;
  await client.shutdown();
  controlConnection.on("newConnection", (_error: unknown, _connection: unknown, host?: Host) => {
    host?.shutdown(false).catch(() => undefined);
  });
}
