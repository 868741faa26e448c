import { setTimeout as sleep } from "node:timers/promises";
import { Client as CassandraClient } from "cassandra-driver";
import { MongoClient } from "mongodb";
import { ClusterLink } from "../../adapters/kafka/client/cluster-link.ts";
import { readRange } from "../../adapters/kafka/client/read-range.ts";
import { topicNames } from "../../adapters/kafka/topic-names.ts";
import type { Addresses } from "./addresses.ts";

/** What a poll goes through: into the log, into the result store, into the history. */
export type Stage = "produced" | "aggregated" | "archived";

const lookEveryMs = 200;

/**
 * How many markers (polls and ends of sources) have come how far, as the log and the tables themselves say it. It
 * looks on while servers are down: what can't be read stays as it was.
 */
export class Progress {
  readonly #stop = new AbortController();
  readonly #topic: string;
  /** Offsets of the markers, by partition. */
  readonly #markers = new Map<number, number[]>();
  readonly #read = new Map<number, number>();
  readonly #positions = { aggregated: new Map<number, number>(), archived: new Map<number, number>() };
  /** Readings of the log that are complete, and the number of the one under way. */
  #readings = 0;
  #watching: Promise<unknown> = Promise.resolve();
  #link: ClusterLink | null = null;
  readonly #mongo: MongoClient;
  readonly #cassandra: CassandraClient;
  readonly #addresses: Addresses;
  readonly #pipeline: string;

  private constructor(addresses: Addresses, pipeline: string) {
    this.#topic = topicNames(pipeline).observations;
    this.#addresses = addresses;
    this.#pipeline = pipeline;
    const { mongodb, cassandra } = addresses;
    this.#mongo = new MongoClient(mongodb, { serverSelectionTimeoutMS: 1_000, socketTimeoutMS: 2_000 });
    this.#cassandra = new CassandraClient({
      contactPoints: [cassandra.contactPoint],
      localDataCenter: cassandra.dataCenter,
      socketOptions: { connectTimeout: 1_000, readTimeout: 2_000 },
    });
  }

  static async watch(addresses: Addresses, pipeline: string): Promise<Progress> {
    const progress = new Progress(addresses, pipeline);
    await progress.#mongo.connect();
    await progress.#cassandra.connect();
    progress.#watching = Promise.all([
      progress.#again(() => progress.#readLog()),
      progress.#again(() => progress.#readCheckpoints()),
      progress.#again(() => progress.#readPositions()),
    ]);
    return progress;
  }

  /** Markers that have come through a stage in every partition. */
  at(stage: Stage): number {
    const produced = this.#markers.get(0)?.length ?? 0;
    if (stage === "produced") return produced;
    let backlog = 0;
    for (const [partition, offsets] of this.#markers) {
      const position = this.#positions[stage].get(partition) ?? 0;
      backlog = Math.max(backlog, offsets.filter((offset) => offset >= position).length);
    }
    return produced - backlog;
  }

  /** The markers in the log by a reading that began after this call. */
  async freshlyProduced(signal: AbortSignal): Promise<number> {
    const needed = this.#readings + 2;
    while (this.#readings < needed && !signal.aborted) await sleep(20);
    return this.at("produced");
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#watching;
    await Promise.all([this.#link?.close(), this.#mongo.close(), this.#cassandra.shutdown()]);
  }

  async #again(look: () => Promise<void>): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await look().catch(() => undefined);
      await sleep(lookEveryMs, undefined, { signal }).catch(() => undefined);
    }
  }

  async #readLog(): Promise<void> {
    const link = await this.#connected();
    try {
      await link.refresh();
      const partitions = Array.from({ length: link.partitionCount(this.#topic) }, (_, partition) => partition);
      const ends = await link.offsets(this.#topic, partitions, "end");
      for (const partition of partitions) await this.#readOn(link, partition, ends.get(partition) ?? 0);
      this.#readings++;
    } catch (error) {
      this.#link = null;
      await link.close();
      throw error;
    }
  }

  async #connected(): Promise<ClusterLink> {
    if (this.#link !== null) return this.#link;
    const brokers = this.#addresses.kafka;
    const link = await ClusterLink.open({ brokers, clientId: "fault-campaign", requestTimeoutMs: 3_000 });
    try {
      await link.follow([this.#topic]);
    } catch (error) {
      await link.close();
      throw error;
    }
    this.#link = link;
    return link;
  }

  async #readOn(link: ClusterLink, partition: number, end: number): Promise<void> {
    const found = this.#markers.get(partition) ?? [];
    for await (const records of readRange(link, this.#topic, partition, this.#read.get(partition) ?? 0, end)) {
      for (const { buffer, keyStart, keyEnd, offset } of records) {
        // The key of a station's record is source/station, that of a marker the source alone.
        if (!buffer.subarray(keyStart, keyEnd).includes("/")) found.push(offset);
      }
    }
    this.#read.set(partition, Math.max(end, this.#read.get(partition) ?? 0));
    if (found.length > 0) this.#markers.set(partition, found);
  }

  async #readCheckpoints(): Promise<void> {
    const found = this.#mongo.db(this.#pipeline).collection<{ _id: number; offset: unknown }>("checkpoints");
    const rows = await found.find({}, { projection: { offset: 1 } }).toArray();
    for (const { _id, offset } of rows) this.#positions.aggregated.set(_id, Number(offset));
  }

  async #readPositions(): Promise<void> {
    const keyspace = this.#pipeline.replaceAll("-", "_");
    const { rows } = await this.#cassandra.execute(
      `SELECT log_partition, next_offset FROM ${keyspace}.history_positions`,
    );
    for (const row of rows) this.#positions.archived.set(row.get("log_partition"), Number(row.get("next_offset")));
  }
}
