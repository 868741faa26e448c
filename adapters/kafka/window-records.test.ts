import { expect, it } from "vitest";
import { StationWindowBatch } from "../../core/windows/station-window.ts";
import { type RecordSlice, readRecordBatches } from "./client/record-batch.ts";
import { sealBatch } from "./client/record-batch-writer.ts";
import { WindowRecords } from "./window-records.ts";

const lengthMs = 180_000;
const identity = { producerId: 7n, producerEpoch: 1, firstSequence: 0, transactional: true };

function batchOf(rows: readonly [source: string, station: string, start: number, value: number][]): StationWindowBatch {
  const batch = new StationWindowBatch(lengthMs, 1);
  for (const [source, station, start, value] of rows) {
    const at = batch.add(source, station);
    batch.values.fill(value, at, at + StationWindowBatch.width);
    batch.values[at] = start;
  }
  return batch;
}

function written(records: WindowRecords, batch: StationWindowBatch) {
  const read = ({ buffer, keyStart, keyEnd, valueStart, valueEnd, timestamp }: RecordSlice) => ({
    key: buffer.toString("utf8", keyStart, keyEnd),
    value: JSON.parse(buffer.toString("utf8", valueStart, valueEnd)),
    timestamp,
  });
  return records
    .blocksOf(batch)
    .flatMap((block) => readRecordBatches(sealBatch(block, identity, "none"), 0, []).records.map(read));
}

function expected(batch: StationWindowBatch) {
  return [...batch].map((value) => ({ key: `${value.source}/${value.station}`, value, timestamp: value.end }));
}

it("writes the windows of any stations in any order, batch after batch", () => {
  const records = new WindowRecords();
  const first = batchOf([
    ["paris", "1", 0, 2],
    ["paris", "2", 0, 3],
    ["oslo", "1", 0, 4],
  ]);
  const second = batchOf([
    ["paris", "2", lengthMs, 3],
    ["paris", "1", lengthMs, 0.5],
    ["oslo", "1", 2 * lengthMs, 4],
    ["paris", "1", 2 * lengthMs, 0.5],
  ]);

  for (const batch of [first, second, first]) expect(written(records, batch)).toEqual(expected(batch));
});

it("begins another block before one is full", () => {
  const records = new WindowRecords();
  const batch = batchOf(Array.from({ length: 5_000 }, (_, i) => ["paris", String(i % 1_500), i * lengthMs, i / 7]));

  const blocks = records.blocksOf(batch);

  expect(blocks.length).toBeGreaterThan(1);
  expect(Math.max(...blocks.map(({ bytes }) => bytes.length))).toBeLessThan(1 << 20);
  expect(written(records, batch)).toEqual(expected(batch));
});
