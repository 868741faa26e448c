import { join } from "node:path";
import { CompressionTypes, type Kafka, type Message } from "kafkajs";
import { partitionOf } from "../../adapters/kafka/partition-of.ts";
import { openRecording } from "../../adapters/recording/open-recording.ts";
import { Deduplicator } from "../../core/deduplication/deduplicator.ts";
import type { LogRecord } from "../../core/log/record.ts";
import type { Poll, UnreadablePoll } from "../../core/observation/reading.ts";
import type { Recording } from "../../core/ports/source.ts";
import type { StationWindow } from "../../core/windows/station-window.ts";
import { WindowEngine } from "../../core/windows/window-engine.ts";
import { byArrondissement } from "../../core/zones/zone-rule.ts";
import { recordingsDir } from "../../test/recordings.ts";

export const partitions = 3;
const lengthMs = 180_000;
const latenessMs = 30_000;
const batchMessages = 20_000;

export interface LoadSettings {
  /** Observations to reach. */
  atLeast: number;
  /** Each station is sent at least this often; 0: at every poll, changed or not. */
  keyframeMs: number;
}

/** What was put into the input topic. */
export interface Load {
  /** Changes and keyframes: the "observations" that costs are counted by. */
  observations: number;
  records: number;
  /** Station windows that come of it, by the core's own engine. */
  windows: number;
}

export async function observerA(): Promise<Recording> {
  const dir = recordingsDir();
  if (dir === null) throw new Error("the recordings are absent; set VELIB_DATA_DIR or place them in ../shared/data");
  return openRecording(join(dir, "paris-2024-11/observer-a"));
}

/**
 * Fills a topic with a recording, over and over in shifted time, until it has that many observations; then the end
 * marker. Records are JSON; a station's are in the partition of its key, markers in all. Nothing is compressed.
 * @param onWindow gets each window that has to come of it
 */
export async function fill(
  kafka: Kafka,
  topic: string,
  recording: Recording,
  { atLeast, keyframeMs }: LoadSettings,
  onWindow: (window: StationWindow) => void = () => {},
): Promise<Load> {
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  const load: Load = { observations: 0, records: 0, windows: 0 };
  const engine = new WindowEngine({ lengthMs, latenessMs });
  let messages: Message[] = [];
  const flush = async () => {
    await producer.send({ topic, messages, compression: CompressionTypes.None, acks: -1 });
    messages = [];
  };
  for await (const record of records(recording, { atLeast, keyframeMs })) {
    const value = JSON.stringify(record);
    const timestamp = String(record.at);
    if ("station" in record) {
      const key = `${record.source}/${record.station}`;
      messages.push({ key, value, timestamp, partition: partitionOf(key, partitions) });
    } else {
      for (let partition = 0; partition < partitions; partition++) {
        messages.push({ key: record.source, value, timestamp, partition });
      }
    }
    load.records++;
    if (record.kind === "change" || record.kind === "keyframe") load.observations++;
    if (record.kind !== "station") engine.ingest(record);
    for (const window of engine.output.stationWindows) {
      load.windows++;
      onWindow(window);
    }
    engine.clearOutput();
    if (messages.length >= batchMessages) await flush();
  }
  await flush();
  await producer.disconnect();
  return load;
}

/** The log's records of the recording, repeated until there are enough observations, and the end marker. */
async function* records(recording: Recording, { atLeast, keyframeMs }: LoadSettings): AsyncGenerator<LogRecord> {
  const source = recording.network;
  const holdMs = Math.max(600_000, 2 * recording.intervalMs);
  const deduplicator = new Deduplicator({ source, holdMs, keyframeMs, zoneOf: byArrondissement });
  let observations = 0;
  let lastAt = 0;
  for await (const poll of repeated(recording)) {
    const { records, marker } = deduplicator.accept(poll);
    if (marker === null) continue;
    yield* records;
    yield marker;
    lastAt = marker.at;
    observations += records.filter(({ kind }) => kind === "change" || kind === "keyframe").length;
    if (observations >= atLeast) break;
  }
  yield { kind: "end", source, at: lastAt + holdMs };
}

/** The recording without end; each time later by a multiple of the window, so that the windows repeat too. */
async function* repeated(recording: Recording): AsyncGenerator<Poll | UnreadablePoll> {
  let shiftMs = 0;
  for (;;) {
    let firstAt: number | null = null;
    let lastAt = 0;
    for await (const { poll } of recording.polls(null)) {
      firstAt ??= poll.at;
      lastAt = poll.at;
      yield { ...poll, at: poll.at + shiftMs };
    }
    if (firstAt === null) throw new Error(`${recording.description} has no polls`);
    shiftMs += Math.ceil((lastAt - firstAt + recording.intervalMs) / lengthMs) * lengthMs;
  }
}
