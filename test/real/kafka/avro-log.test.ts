import { SchemaRegistry, SchemaType } from "@kafkajs/confluent-schema-registry";
import { expect, it } from "vitest";
import { ClusterLink } from "../../../adapters/kafka/client/cluster-link.ts";
import { sendMessages } from "../../../adapters/kafka/client/send-messages.ts";
import { topicNames } from "../../../adapters/kafka/topic-names.ts";
import { AvroCodec } from "../../../adapters/schema-registry/avro-codec.ts";
import { logRecordSchema } from "../../../adapters/schema-registry/avro-schemas.ts";
import { readToEnd } from "../../contracts/log-reader.ts";
import {
  absent,
  change,
  endMarker,
  keyframe,
  minute,
  pollMarker,
  start,
  station,
} from "../../contracts/log-records.ts";
import { uniqueName } from "../../contracts/opened.ts";
import { describeReal } from "../servers.ts";
import { connectionTo, dropTopics, logOptions, openLog } from "./kafka-pipeline.ts";

describeReal("the observation log in Avro", ["kafka", "registry"], ({ kafka, registry }) => {
  it("gives every kind of record back as it was, read by another process", async () => {
    const options = logOptions(kafka, uniqueName("avro"), { partitions: 1, compression: "gzip" });
    const log = await openLog({ ...options, codec: new AvroCodec({ url: registry }) });
    const records = [
      station("paris", "é", start, { lat: null, lon: null, capacity: null }),
      change("paris", "é", start, { mechanical: null, ebike: null, zone: null, reportedAt: null }),
      keyframe("paris", "2", start),
      absent("paris", "3", start),
      absent("paris", "4", start, {
        last: { bikes: 1, mechanical: 1, ebike: 0, docks: 2, installed: true, renting: true, returning: true },
      }),
    ];
    await log.append({ records, marker: pollMarker("paris", start) });
    await log.append({ records: [], marker: endMarker("paris", start + minute) });
    const other = await openLog({ ...options, codec: new AvroCodec({ url: registry }) });

    const read = (await readToEnd(other)).allRecords();
    const tail = await other.tail("paris", minute);

    expect(read).toStrictEqual([...records, pollMarker("paris", start), endMarker("paris", start + minute)]);
    expect(tail.stations).toEqual([records[0]]);
    await Promise.all([log.close(), other.close()]);
    await dropTopics(kafka, options.pipeline);
  });

  it("tells undecodable bytes and a wrong schema id from the records around them", async () => {
    const options = logOptions(kafka, uniqueName("avro"), { partitions: 1 });
    const log = await openLog({ ...options, codec: new AvroCodec({ url: registry }) });
    const { observations } = topicNames(options.pipeline);
    const link = await ClusterLink.open(connectionTo(kafka));
    await link.follow([observations]);
    const at = { key: "paris/1", timestamp: String(start) };
    await sendMessages(link, observations, 0, [
      { ...at, value: "{no avro}" },
      { ...at, value: Buffer.from([0, 0x7f, 0, 0, 1, 2, 3]) },
    ]);
    await log.append({ records: [change("paris", "1", start)], marker: pollMarker("paris", start) });

    const entries = (await readToEnd(log)).entries(0);

    expect(entries.map((entry) => ("record" in entry ? entry.record.kind : entry.undecodable.detail))).toEqual([
      "expected Avro with the magic byte 0 and a schema id, got something else",
      "expected a schema that the registry knows, got id 2130706433",
      "change",
      "poll",
    ]);
    expect(entries[0]).toMatchObject({ undecodable: { source: "paris", at: start, excerpt: "{no avro}" } });
    await Promise.all([log.close(), link.close()]);
    await dropTopics(kafka, options.pipeline);
  });

  it("writes beside a schema that another release registered, and reads what was written by that", async () => {
    const options = logOptions(kafka, uniqueName("avro"), { partitions: 1 });
    const { observations } = topicNames(options.pipeline);
    const log = await openLog({ ...options, codec: new AvroCodec({ url: registry }) });
    const other = withNote(logRecordSchema);
    const client = new SchemaRegistry({ host: registry });
    const registered = { type: SchemaType.AVRO as const, schema: JSON.stringify(other) };
    const { id } = await client.register(registered, { subject: `${observations}-value` });
    const link = await ClusterLink.open(connectionTo(kafka));
    await link.follow([observations]);
    const end = { record: { "velib.End": { source: "oslo", at: start, note: "of another release" } } };
    const value = await client.encode(id, end);
    await sendMessages(link, observations, 0, [{ key: "oslo", value, timestamp: String(start) }]);

    await log.append({ records: [change("paris", "1", start)], marker: pollMarker("paris", start) });
    const records = (await readToEnd(log)).allRecords();
    const versions = await (await fetch(`${registry}/subjects/${observations}-value/versions`)).json();

    expect(records.map(({ source, kind }) => `${source} ${kind}`)).toEqual(["oslo end", "paris change", "paris poll"]);
    expect(versions).toHaveLength(2);
    await Promise.all([log.close(), link.close()]);
    await dropTopics(kafka, options.pipeline);
  });

  it("refuses to write where the registry holds an incompatible schema", async () => {
    const options = logOptions(kafka, uniqueName("avro"), { partitions: 1 });
    const taken = `${topicNames(options.pipeline).observations}-value`;
    const schema = JSON.stringify({
      type: "record",
      name: "LogRecord",
      namespace: "velib",
      fields: [{ name: "record", type: "int" }],
    });
    await fetch(`${registry}/subjects/${taken}/versions`, {
      method: "POST",
      headers: { "content-type": "application/vnd.schemaregistry.v1+json" },
      body: JSON.stringify({ schema }),
    });
    const log = await openLog({ ...options, codec: new AvroCodec({ url: registry }) });

    const appended = log.append({ records: [], marker: pollMarker("paris", start) });

    await expect(appended).rejects.toMatchObject({ code: "VELIB_SCHEMA_INCOMPATIBLE", retryable: false });
    await log.close();
    await dropTopics(kafka, options.pipeline);
  });
});

/** The schema with one more field, which has a default: either can read what the other has written. */
function withNote(schema: typeof logRecordSchema): object {
  const text = JSON.stringify(schema);
  const field = JSON.stringify({ name: "note", type: ["null", "string"], default: null });
  return JSON.parse(text.replace(/("name":"End","fields":\[.*?)\]/, `$1,${field}]`));
}
