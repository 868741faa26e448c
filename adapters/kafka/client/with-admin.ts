import kafkajs, { type Admin } from "kafkajs";
import type { ConnectionSettings } from "./connection-settings.ts";
import { kafkaError } from "./kafka-error.ts";
import { kafkajsClient } from "./kafkajs-client.ts";

export type { Admin } from "kafkajs";

/** The kind of resource that a topic is, where settings are asked for. */
export const topicResource = kafkajs.ConfigResourceTypes.TOPIC;

/** Lends an admin connection. `doing` completes "can't …" in the message of what goes wrong. */
export async function withAdmin<T>(
  settings: ConnectionSettings,
  doing: string,
  use: (admin: Admin) => Promise<T>,
): Promise<T> {
  const client = kafkajsClient(settings);
  const admin = client.admin();
  try {
    await admin.connect();
    return await use(admin);
  } catch (error) {
    throw kafkaError(error, doing, settings.brokers);
  } finally {
    client.destroySockets();
    await admin.disconnect().catch(() => undefined);
  }
}
