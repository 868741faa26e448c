import { expect, it } from "vitest";
import { ClusterLink } from "../../../adapters/kafka/client/cluster-link.ts";
import { sendMessages } from "../../../adapters/kafka/client/send-messages.ts";
import { KafkaUserLog, usersTopic } from "../../../adapters/kafka/kafka-user-log.ts";
import { AvroUserCodec } from "../../../adapters/schema-registry/avro-user-codec.ts";
import type { CreatedUser, UserEntry } from "../../../core/ports/user-log.ts";
import { uniqueName } from "../../contracts/opened.ts";
import { connectionTo } from "../kafka/kafka-pipeline.ts";
import { describeReal } from "../servers.ts";
import { dropUserTopics, userLogOptions } from "./users-pipeline.ts";

const elise: CreatedUser = {
  id: "0b0f6a5e-33bb-4c6a-9a43-7f2f6a0a1b2c",
  firstName: "Élise",
  lastName: "Le Roy",
  gender: "female",
  dateOfBirth: "1984-02-29",
  address: null,
  postCode: "75011",
  email: null,
  phone: null,
  username: "silverbird",
  registeredAt: 1_557_126_489_000,
  picture: "https://pictures.example/7.svg",
  contract: null,
  createdAt: 1_778_574_600_000,
};

describeReal("users in Avro", ["kafka", "registry"], ({ kafka, registry }) => {
  function open(pipeline: string): Promise<KafkaUserLog> {
    const codec = new AvroUserCodec({ url: registry });
    return KafkaUserLog.open({ ...userLogOptions(kafka, pipeline), partitions: 1, codec });
  }

  async function read(log: KafkaUserLog, count: number): Promise<UserEntry[]> {
    const entries: UserEntry[] = [];
    const enough = new AbortController();
    await log.consume(
      uniqueName("group"),
      async (batch) => {
        entries.push(...batch.entries);
        if (entries.length >= count) enough.abort();
      },
      { signal: enough.signal },
    );
    return entries;
  }

  it("come back as they were, read by another process, and what is none is told by its shape", async () => {
    const pipeline = uniqueName("avro");
    const log = await open(pipeline);
    const unknown: CreatedUser = {
      ...{ id: "2", firstName: null, lastName: null, gender: null, dateOfBirth: null, address: null, postCode: null },
      ...{ email: null, phone: null, username: null, registeredAt: null, picture: null, contract: null, createdAt: 1 },
    };
    await log.append([elise, unknown]);
    const link = await ClusterLink.open(connectionTo(kafka));
    await link.follow([usersTopic(pipeline)]);
    const at = { key: "x", timestamp: "1000" };
    await sendMessages(link, usersTopic(pipeline), 0, [
      { ...at, value: '{"email":"elise@example.com"}' },
      { ...at, value: Buffer.from([0, 0x7f, 0, 0, 1, 2, 3]) },
    ]);
    await link.close();
    const other = await open(pipeline);

    const entries = await read(other, 4);

    expect(entries.flatMap((entry) => ("user" in entry ? [entry.user] : []))).toStrictEqual([elise, unknown]);
    expect(entries.flatMap((entry) => ("undecodable" in entry ? [entry.undecodable] : []))).toEqual([
      { at: 1000, detail: expect.stringMatching(/^expected Avro with the magic byte 0/), shape: "29 bytes" },
      { at: 1000, detail: "expected a schema that the registry knows, got id 2130706433", shape: "7 bytes" },
    ]);
    await Promise.all([log.close(), other.close()]);
    await dropUserTopics(kafka, pipeline);
  });

  it("are refused where the registry holds an incompatible schema", async () => {
    const pipeline = uniqueName("avro");
    const schema = JSON.stringify({
      type: "record",
      name: "User",
      namespace: "velib",
      fields: [{ name: "id", type: "int" }],
    });
    await fetch(`${registry}/subjects/${usersTopic(pipeline)}-value/versions`, {
      method: "POST",
      headers: { "content-type": "application/vnd.schemaregistry.v1+json" },
      body: JSON.stringify({ schema }),
    });
    const log = await open(pipeline);

    await expect(log.append([elise])).rejects.toMatchObject({ code: "VELIB_SCHEMA_INCOMPATIBLE", retryable: false });
    await log.close();
    await dropUserTopics(kafka, pipeline);
  });
});
