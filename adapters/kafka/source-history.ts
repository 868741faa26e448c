import type { KeyedRecord, LogRecord, MarkerRecord } from "../../core/log/record.ts";
import type { ClusterLink } from "./client/cluster-link.ts";
import { readRange } from "./client/read-range.ts";
import { headerOf, type RecordSlice } from "./client/record-batch.ts";
import { spreadHeader } from "./poll-messages.ts";
import type { RecordCodec } from "./record-codec.ts";
import type { TopicNames } from "./topic-names.ts";

/** The newest marker of a source in the log. */
export interface LastMarker {
  marker: MarkerRecord;
  /** Over how many partitions the source's stations are spread. */
  spread: number;
}

/** Offsets looked at first when a marker is searched from the end; each further step looks at twice as many. */
const firstStep = 4_000;

/** Reads back from the log what one source put there. Every partition has the markers; the first one is asked. */
export class SourceHistory {
  readonly #link: ClusterLink;
  readonly #topics: TopicNames;
  readonly #codec: RecordCodec;

  constructor(link: ClusterLink, topics: TopicNames, codec: RecordCodec) {
    this.#link = link;
    this.#topics = topics;
    this.#codec = codec;
  }

  /**
   * The newest of the source's markers of a kind, searched from the end of the log: a source that was polled of late
   * is found in the first step, one that is new costs a pass over one partition's keys.
   */
  async lastMarker(source: string, kind?: MarkerRecord["kind"]): Promise<LastMarker | null> {
    const { observations } = this.#topics;
    await this.#link.refreshIfOld();
    const oldest = (await this.#link.offsets(observations, [0], "oldest")).get(0) ?? 0;
    let to = (await this.#link.offsets(observations, [0], "end")).get(0) ?? 0;
    const key = Buffer.from(source);
    for (let step = firstStep; to > oldest; step *= 2) {
      const from = Math.max(oldest, to - step);
      const found: RecordSlice[] = [];
      for await (const records of readRange(this.#link, observations, 0, from, to)) {
        for (const record of records) if (hasKey(record, key)) found.push(record);
      }
      for (const slice of found.reverse()) {
        const [entry] = await this.#codec.decode([slice]);
        if (entry === undefined || !("record" in entry)) continue;
        const { record } = entry;
        if (record.kind !== "poll" && record.kind !== "end") continue;
        if (kind !== undefined && record.kind !== kind) continue;
        return {
          marker: record,
          spread: Number(headerOf(slice, spreadHeader)) || this.#link.partitionCount(observations),
        };
      }
      to = from;
    }
    return null;
  }

  /** The source's records with a time later than `after` (ms), poll by poll; each marker once. */
  async records(source: string, after: number): Promise<LogRecord[]> {
    const { observations } = this.#topics;
    const partitions = Array.from({ length: this.#link.partitionCount(observations) }, (_, partition) => partition);
    const starts = await this.#link.offsets(observations, partitions, after + 1);
    const ends = await this.#link.offsets(observations, partitions, "end");
    const polls = new Map<number, RecordsOfPoll>();
    for (const partition of partitions) {
      for await (const record of this.#ofSource(
        source,
        observations,
        partition,
        starts.get(partition) ?? 0,
        ends.get(partition) ?? 0,
      )) {
        if (record.at <= after) continue;
        const poll = polls.get(record.at) ?? newPoll();
        polls.set(record.at, poll);
        if (record.kind === "poll" || record.kind === "end") poll.markers.set(record.kind, record);
        else poll.keyed.push(record);
      }
    }
    const records: LogRecord[] = [];
    for (const at of [...polls.keys()].sort((a, b) => a - b)) {
      const poll = polls.get(at);
      if (poll !== undefined) records.push(...poll.keyed, ...poll.markers.values());
    }
    return records;
  }

  /** The newest station record of each of the source's stations, by station. */
  async stations(source: string): Promise<KeyedRecord[]> {
    const { stations } = this.#topics;
    const partitions = Array.from({ length: this.#link.partitionCount(stations) }, (_, partition) => partition);
    const starts = await this.#link.offsets(stations, partitions, "oldest");
    const ends = await this.#link.offsets(stations, partitions, "end");
    const newest = new Map<string, KeyedRecord>();
    for (const partition of partitions) {
      for await (const record of this.#ofSource(
        source,
        stations,
        partition,
        starts.get(partition) ?? 0,
        ends.get(partition) ?? 0,
      )) {
        if (record.kind === "station") newest.set(record.station, record);
      }
    }
    return [...newest.values()].sort((a, b) => (a.station < b.station ? -1 : 1));
  }

  async *#ofSource(
    source: string,
    topic: string,
    partition: number,
    from: number,
    to: number,
  ): AsyncGenerator<LogRecord> {
    const [key, prefix] = [Buffer.from(source), Buffer.from(`${source}/`)];
    for await (const records of readRange(this.#link, topic, partition, from, to)) {
      const own = records.filter((record) => hasKey(record, key) || hasPrefix(record, prefix));
      for (const entry of await this.#codec.decode(own)) if ("record" in entry) yield entry.record;
    }
  }
}

function hasKey(record: RecordSlice, key: Buffer): boolean {
  return record.keyEnd - record.keyStart === key.length && hasPrefix(record, key);
}

function hasPrefix({ buffer, keyStart, keyEnd }: RecordSlice, prefix: Buffer): boolean {
  const end = keyStart + prefix.length;
  return keyStart >= 0 && end <= keyEnd && buffer.compare(prefix, 0, prefix.length, keyStart, end) === 0;
}

interface RecordsOfPoll {
  keyed: KeyedRecord[];
  markers: Map<string, MarkerRecord>;
}

function newPoll(): RecordsOfPoll {
  return { keyed: [], markers: new Map() };
}
