import type { KeyedRecord, LogRecord } from "../../core/log/record.ts";
import type { PollRecords } from "../../core/ports/observation-log.ts";
import { KafkaError } from "./client/kafka-error.ts";
import type { ProducedMessage } from "./client/protocol-broker.ts";
import type { PartitionMessages } from "./client/transactions.ts";
import { longestStation } from "./log-record.ts";
import { partitionOf } from "./partition-of.ts";
import type { RecordCodec } from "./record-codec.ts";
import type { TopicNames } from "./topic-names.ts";

/** The header of a marker that says over how many partitions the source's stations are spread. */
export const spreadHeader = "partitions";

/** Records of a poll that exceed what a Kafka record may hold. Nothing of the poll was sent. */
export class RecordTooLargeError extends KafkaError {
  readonly records: readonly KeyedRecord[];
  /** What a record may hold. */
  readonly limit: string;

  constructor(records: readonly KeyedRecord[], limitBytes: number) {
    const [first] = records;
    const station = first?.station.slice(0, 50);
    const named = `${first?.kind} record of ${first?.source}/${station} at ${new Date(first?.at ?? 0).toISOString()}`;
    const others = records.length > 1 ? ` and ${records.length - 1} more` : "";
    const limit = `at most ${limitBytes} bytes and a station code of at most ${longestStation} characters`;
    const message = `Kafka: the ${named}${others} exceed ${limit}; dead-letter them and append the rest`;
    super("VELIB_KAFKA_RECORD_TOO_LARGE", message);
    this.limit = limit;
    this.records = records;
  }
}

/**
 * A poll as messages: each record in its station's partition in the order given, the marker after them in every
 * partition, station records once more in the compacted topic. Timestamps are the poll's time.
 * @param spread over how many partitions the source's stations are spread
 * @throws RecordTooLargeError when a record's value exceeds `limitBytes` or its station code `longestStation`
 */
export function pollMessages(
  poll: PollRecords,
  topics: TopicNames,
  codec: RecordCodec,
  spread: number,
  limitBytes: number,
): PartitionMessages[] {
  const log: ProducedMessage[][] = Array.from({ length: spread }, () => []);
  const stations = new Map<number, ProducedMessage[]>();
  const tooLarge: KeyedRecord[] = [];
  const partitions = new Map<string, number>();
  for (const record of poll.records) {
    const key = `${record.source}/${record.station}`;
    const partition = partitions.get(key) ?? partitionOf(key, spread);
    partitions.set(key, partition);
    const message = messageOf(key, topics.observations, record, codec);
    if (message.value.length > limitBytes || record.station.length > longestStation) tooLarge.push(record);
    log[partition]?.push(message);
    if (record.kind !== "station") continue;
    const own = stations.get(partition) ?? [];
    own.push(messageOf(key, topics.stations, record, codec));
    stations.set(partition, own);
  }
  if (tooLarge.length > 0) throw new RecordTooLargeError(tooLarge, limitBytes);

  const { marker } = poll;
  const last = {
    ...messageOf(marker.source, topics.observations, marker, codec),
    headers: { [spreadHeader]: String(spread) },
  };
  const parts: PartitionMessages[] = log.map((messages, partition) => {
    messages.push(last);
    return { topic: topics.observations, partition, messages };
  });
  for (const [partition, messages] of stations) parts.push({ topic: topics.stations, partition, messages });
  return parts;
}

function messageOf(key: string, topic: string, record: LogRecord, codec: RecordCodec): ProducedMessage {
  return { key, value: codec.encode(topic, record), timestamp: String(record.at) };
}
