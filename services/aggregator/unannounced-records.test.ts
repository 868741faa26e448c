import { afterEach, beforeEach, expect, it } from "vitest";
import type { LogRecord } from "../../core/log/record.ts";
import type { LogBatch } from "../../core/ports/observation-log.ts";
import { change, pollMarker, station } from "../../test/contracts/log-records.ts";
import { createMetrics } from "../metrics/metrics.ts";
import { counted, openStore, windowMs } from "../producer/testing/embedded-store.ts";
import { minute, noon, second } from "../producer/testing/polls.ts";
import { Aggregator } from "./aggregator.ts";

let store: ReturnType<typeof openStore>;

beforeEach(() => {
  store = openStore();
});

afterEach(() => store.close());

async function startAggregator() {
  const metrics = createMetrics({ version: "1.2.3" });
  const settings = { windows: { lengthMs: windowMs, latenessMs: 30 * second }, commitWindows: 0 };
  const aggregator = new Aggregator(store.results, store.deadLetters, settings, metrics);
  await aggregator.assigned(0, 1);
  return { aggregator, metrics };
}

function batchOf(first: number, records: LogRecord[], endOffset: number): LogBatch {
  return {
    partition: 0,
    generation: 1,
    entries: records.map((record, i) => ({ offset: BigInt(first + i), record })),
    nextOffset: BigInt(first + records.length),
    endOffset: BigInt(endOffset),
  };
}

it("dead-letters the records of a source that no marker announced, once the log has no more to say", async () => {
  const { aggregator, metrics } = await startAggregator();
  const stray = change("atlantis", "1", noon);

  await aggregator.batch(batchOf(0, [change("paris", "1", noon), stray, pollMarker("paris", noon)], 3));

  expect((await store.results.stations({})).map(({ source }) => source)).toEqual(["paris"]);
  expect(await store.deadLetters.list({})).toMatchObject([
    { source: "atlantis", reason: "unknown-source", at: noon, excerpt: JSON.stringify(stray) },
  ]);
  expect(await counted(metrics, "velib_dead_letters_total", { source: "unknown", reason: "unknown-source" })).toBe(1);
});

it("waits for the marker of a new source's first poll, and commits nothing meanwhile", async () => {
  const { aggregator } = await startAggregator();
  await aggregator.batch(batchOf(0, [station("oslo", "1", noon), change("oslo", "1", noon)], 5));
  const before = await store.results.checkpoint(0);

  await aggregator.batch(batchOf(2, [change("oslo", "2", noon), pollMarker("oslo", noon)], 5));
  await aggregator.batch(batchOf(4, [pollMarker("oslo", noon + 4 * minute)], 5));

  expect(before).toBeNull();
  expect((await store.results.checkpoint(0))?.offset).toBe(5n);
  expect((await store.results.stations({})).map((state) => [state.station, state.content?.bikes])).toEqual([
    ["1", 5],
    ["2", 5],
  ]);
  expect(await store.deadLetters.list({})).toEqual([]);
});

it("leaves what it holds to the partition's next owner", async () => {
  const { aggregator } = await startAggregator();
  await aggregator.batch(batchOf(0, [pollMarker("paris", noon)], 1));
  await aggregator.batch(batchOf(1, [change("oslo", "1", noon)], 3));

  await aggregator.revoked(0);

  expect((await store.results.checkpoint(0))?.offset).toBe(1n);
});
