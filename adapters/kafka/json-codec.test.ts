import { expect, it } from "vitest";
import { readRecordBatches } from "./client/record-batch.ts";
import { writeRecordBatch } from "./client/record-batch-writer.ts";
import { jsonCodec } from "./json-codec.ts";

const end = (at: number) => JSON.stringify({ kind: "end", source: "oslo", at });

async function decode(values: (string | Buffer)[]) {
  const messages = values.map((value) => ({ key: "oslo/1", value, timestamp: "5" }));
  const identity = { producerId: -1n, producerEpoch: -1, firstSequence: -1, transactional: false };
  return jsonCodec.decode(readRecordBatches(writeRecordBatch(messages, identity, "none"), 0, []).records);
}

it.each([
  ["no JSON", "{cut o", "expected JSON, got something else"],
  ["bytes that are no text", Buffer.from([0xff, 0xfe, 0x00]), "expected JSON, got something else"],
  ["nothing at all", "", "expected JSON, got something else"],
  ["two values at once", `${end(1)},${end(2)}`, "expected JSON, got something else"],
  [
    "another kind",
    '{"kind":"tram","source":"oslo","at":1}',
    'expected a log record, got kind "tram" with the fields kind, source, at',
  ],
  ["a number", "12", "expected a log record, got 12"],
])("gives up %s alone, not the records around it", async (_name, value, detail) => {
  const entries = await decode([end(1), value, end(3)]);

  expect(entries).toEqual([
    { offset: 0n, record: { kind: "end", source: "oslo", at: 1 } },
    { offset: 1n, undecodable: { source: "oslo", at: 5, detail, excerpt: value.toString() } },
    { offset: 2n, record: { kind: "end", source: "oslo", at: 3 } },
  ]);
});

it("keeps offsets right when two broken values together look like one", async () => {
  const entries = await decode(['"a', 'b"', `${end(3)},${end(4)}`, end(5)]);

  expect(entries.map((entry) => ("record" in entry ? entry.record.at : "undecodable"))).toEqual([
    "undecodable",
    "undecodable",
    "undecodable",
    5,
  ]);
});
