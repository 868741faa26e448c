import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { stringify } from "yaml";
import { ClusterLink } from "../../../adapters/kafka/client/cluster-link.ts";
import { sendMessages } from "../../../adapters/kafka/client/send-messages.ts";
import { KafkaDeadLetters } from "../../../adapters/kafka/kafka-dead-letters.ts";
import { KafkaLog } from "../../../adapters/kafka/kafka-log.ts";
import { topicNames } from "../../../adapters/kafka/topic-names.ts";
import { AvroCodec } from "../../../adapters/schema-registry/avro-codec.ts";
import { logRecordSchema } from "../../../adapters/schema-registry/avro-schemas.ts";
import { Deduplicator } from "../../../core/deduplication/deduplicator.ts";
import { byArrondissement } from "../../../core/zones/zone-rule.ts";
import { Aggregator, aggregatorGroup } from "../../../services/aggregator/aggregator.ts";
import { Archiver, archiverGroup } from "../../../services/archiver/archiver.ts";
import { callVelib } from "../../../services/cli/testing/call-velib.ts";
import { createMetrics } from "../../../services/metrics/metrics.ts";
import { Producer } from "../../../services/producer/producer.ts";
import { counted, keyframeMs, openStore, windowMs } from "../../../services/producer/testing/embedded-store.ts";
import { pollOf, reading } from "../../../services/producer/testing/polls.ts";
import { allOf } from "../../contracts/all-of.ts";
import { readToEnd } from "../../contracts/log-reader.ts";
import { change, minute, pollMarker, start } from "../../contracts/log-records.ts";
import { uniqueName } from "../../contracts/opened.ts";
import { describeReal } from "../servers.ts";
import { connectionTo, dropTopics, logOptions } from "./kafka-pipeline.ts";

const week = 7 * 24 * 3_600_000;

describeReal("bad input in the log", ["kafka", "registry"], ({ kafka, registry }) => {
  let pipeline: string;
  let codec: AvroCodec;
  let log: KafkaLog;
  let link: ClusterLink;
  let letters: KafkaDeadLetters;
  let store: ReturnType<typeof openStore>;
  let dir: string;

  beforeEach(async () => {
    pipeline = uniqueName("bad").replaceAll("_", "-");
    codec = new AvroCodec({ url: registry });
    log = await KafkaLog.open({ ...logOptions(kafka, pipeline, { partitions: 1 }), codec });
    const settings = { connection: connectionTo(kafka), pipeline, replication: 1, minInsyncReplicas: 1 };
    letters = await KafkaDeadLetters.open({ ...settings, retentionMs: week });
    link = await ClusterLink.open(connectionTo(kafka));
    await link.follow([topicNames(pipeline).observations]);
    store = openStore();
    dir = mkdtempSync(join(tmpdir(), "velib-bad-"));
    const config = {
      pipeline,
      kafka: { bootstrapServers: kafka, partitions: 1, retention: "7d" },
      schemaRegistry: { url: registry },
    };
    writeFileSync(join(dir, "pipeline.yaml"), stringify(config));
  });

  afterEach(async () => {
    store.close();
    rmSync(dir, { recursive: true });
    await Promise.all([log.close(), letters.close(), link.close()]);
    await dropTopics(kafka, pipeline);
  });

  /** Aggregates and archives what is in the log, as new processes. */
  async function workOff() {
    const metrics = createMetrics({ version: "1.2.3" });
    const windows = { lengthMs: windowMs, latenessMs: 30_000 };
    const aggregator = new Aggregator(store.results, letters, { windows, commitWindows: 0 }, metrics);
    const once = { signal: new AbortController().signal, untilEnd: true };
    const reader = await KafkaLog.open({
      ...logOptions(kafka, pipeline, { partitions: 1 }),
      codec: new AvroCodec({ url: registry }),
    });
    await reader.consume(aggregatorGroup, aggregator, once);
    await reader.consume(archiverGroup, new Archiver(store.history, metrics), once);
    await reader.close();
    return metrics;
  }

  async function send(value: Buffer | string, at = start, key = "paris/9") {
    const { observations } = topicNames(pipeline);
    await sendMessages(link, observations, 0, [{ key, value, timestamp: String(at) }]);
  }

  async function velib(...args: string[]) {
    const called = await callVelib(["dead-letters", ...args, "--config", join(dir, "pipeline.yaml")], dir);
    expect(called, called.stderr).toMatchObject({ code: 0 });
    return called;
  }

  it("is put aside by reason and counted, and what is around it counts", async () => {
    await log.append({ records: [change("paris", "1", start)], marker: pollMarker("paris", start) });
    const { observations } = topicNames(pipeline);
    await send("{no avro}");
    await send(Buffer.from([0, 0x7f, 0, 0, 1, 2, 3]));
    await send(encoded(change("paris", "9", start + 3_600_000)));
    await send(encoded(pollMarker("paris", start + 3_600_000)));
    await send(encoded(change("atlantis", "1", start)), start, "atlantis/1");
    await log.append({ records: [change("paris", "2", start + minute)], marker: pollMarker("paris", start + minute) });
    await log.append({ records: [], marker: pollMarker("paris", start + 10 * minute) });

    const metrics = await workOff();

    function encoded(record: Parameters<typeof codec.encode>[1]) {
      return codec.encode(observations, record);
    }
    const put = await letters.list({});
    expect(put.map(({ reason, source }) => `${source} ${reason}`).sort()).toEqual([
      "atlantis unknown-source",
      "paris future-timestamp",
      "paris future-timestamp",
      "paris undecodable-record",
      "paris undecodable-record",
    ]);
    const labels = { source: "paris", reason: "undecodable-record" };
    expect(await counted(metrics, "velib_dead_letters_total", labels)).toBe(2);
    const stations = await store.results.stations({});
    expect(stations.map(({ source, station }) => `${source}/${station}`)).toEqual(["paris/1", "paris/2"]);
    expect(await letters.counts()).toContainEqual({ source: "atlantis", reason: "unknown-source", count: 1 });
  });

  it("of a producer is put aside where the broker would not take it, and the poll goes on", async () => {
    const metrics = createMetrics({ version: "1.2.3" });
    const settings = { source: "paris", holdMs: 600_000, keyframeMs, zoneOf: byArrondissement };
    const producer = new Producer("paris", new Deduplicator(settings), log, letters, metrics);
    await producer.resume(keyframeMs);
    const huge = reading("1002", 1, 1);
    huge.metadata = { ...huge.metadata, name: "x".repeat(1_000_000) };

    await producer.take(pollOf(start, [reading("1001", 3, 4), huge, reading("9".repeat(70_000), 5, 5)]));

    const records = (await readToEnd(log)).records(0);
    expect(records.map((record) => ("station" in record ? `${record.kind} ${record.station}` : record.kind))).toEqual([
      "station 1001",
      "change 1001",
      "change 1002",
      "poll",
    ]);
    expect((await letters.list({ reason: "oversize-record" })).length).toBe(4);
  });

  it("is sent again once it can be used, exactly once, and names its ancestor when it comes too late", async () => {
    const { observations } = topicNames(pipeline);
    await log.append({ records: [change("paris", "1", start)], marker: pollMarker("paris", start) });
    const missing = change("paris", "9", start, { bikes: 4 });
    const later = await register(`${pipeline}-a`, "probe");
    const bytes = Buffer.from(codec.encode(observations, missing));
    bytes.writeInt32BE(later + 1, 1);
    await send(bytes);
    await send("garbage", start, "paris/8");
    await log.append({ records: [], marker: pollMarker("paris", start + 10 * minute) });
    await workOff();
    const tooSoon = await velib("redrive");
    const listed = await velib("list", "--format", "ndjson", "--reason", "undecodable-record");

    expect(await register(`${pipeline}-b`, "the record's"), "the registry numbers its schemas on").toBe(later + 1);
    const dry = await velib("redrive", "--dry-run");
    const [first, second] = [await velib("redrive", "--json"), await velib("redrive")];
    await workOff();

    expect(tooSoon.stdout).toMatch(/^0 sent again, 2 not\n.*still can't be decoded/);
    expect(
      listed.stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line).origin.offset),
    ).toHaveLength(2);
    expect(dry.stdout).toMatch(/^1 would be sent again, 1 not/);
    const sent = first.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(sent.map(({ outcome }) => outcome).sort()).toEqual(["refused", "sent"]);
    expect(second.stdout).toMatch(/^0 sent again, 2 not/);
    const ancestor = sent.find(({ outcome }) => outcome === "sent").id;
    const [late] = await letters.list({ reason: "late" });
    expect(late).toMatchObject({ source: "paris", at: start, ancestor });
    const history = await allOf(store.history.day("paris", new Date(start).toISOString().slice(0, 10)));
    expect(history.map(({ station, bikes }) => [station, bikes])).toEqual([
      ["1", 5],
      ["9", 4],
    ]);
    const whole = await velib("list", "--id", ancestor);
    expect(whole.stdout).toMatch(/^letter {4}.*\n/);
    expect(whole.stdout).toMatch(/redrive {3}sent again at/);
    expect((await velib("list", "--counts")).stdout).toMatch(/paris\s+late\s+1\n/);
  });

  it("of an unknown source is sent again once its producer has polled", async () => {
    await log.append({ records: [], marker: pollMarker("paris", start) });
    await codec.ready(topicNames(pipeline).observations);
    await send(codec.encode(topicNames(pipeline).observations, change("oslo", "1", start)), start, "oslo/1");
    await workOff();
    const unknown = await velib("redrive");
    const oslo = await KafkaLog.open({ ...logOptions(kafka, pipeline, { partitions: 1 }), codec });
    await oslo.append({ records: [change("oslo", "2", start)], marker: pollMarker("oslo", start) });
    await oslo.close();
    await workOff();

    const known = await velib("redrive", "--source", "oslo");
    await workOff();

    expect(unknown.stdout).toMatch(/no producer of oslo has polled yet/);
    expect(known.stdout).toBe("1 sent again, 0 not\n");
    expect((await store.results.stations({ source: "oslo" })).map(({ station }) => station)).toEqual(["1", "2"]);
  });

  /** The log's schema under another subject and with a remark of its own, so that it gets an id of its own. */
  async function register(subject: string, doc: string): Promise<number> {
    const answer = await fetch(`${registry}/subjects/${subject}/versions`, {
      method: "POST",
      headers: { "content-type": "application/vnd.schemaregistry.v1+json" },
      body: JSON.stringify({ schema: JSON.stringify({ ...logRecordSchema, doc: `${pipeline}: ${doc}` }) }),
    });
    return Number(JSON.parse(await answer.text()).id);
  }
});
