import { afterEach, beforeEach, expect, it } from "vitest";
import type { LogRecord, MarkerRecord } from "../../core/log/record.ts";
import type { LogBatch } from "../../core/ports/observation-log.ts";
import { allOf } from "../../test/contracts/all-of.ts";
import { change, pollMarker, station } from "../../test/contracts/log-records.ts";
import { createMetrics } from "../metrics/metrics.ts";
import { counted, openStore, startProcess, windowMs } from "../producer/testing/embedded-store.ts";
import { minute, noon, pollOf, reading, second } from "../producer/testing/polls.ts";
import { Aggregator } from "./aggregator.ts";

let store: ReturnType<typeof openStore>;

beforeEach(() => {
  store = openStore();
});

afterEach(() => store.close());

function startAggregator(commitWindows = 0) {
  const metrics = createMetrics({ version: "1.2.3" });
  const windows = { lengthMs: windowMs, latenessMs: 30 * second };
  return { metrics, aggregator: new Aggregator(store.results, store.deadLetters, { windows, commitWindows }, metrics) };
}

/** A batch of a partition that starts at an offset; more of the log is waiting when `endOffset` says so. */
function batchOf(records: LogRecord[], overrides: Partial<LogBatch> = {}): LogBatch {
  const first = 0n;
  const nextOffset = first + BigInt(records.length);
  return {
    partition: 0,
    generation: 1,
    entries: records.map((record, i) => ({ offset: first + BigInt(i), record })),
    nextOffset,
    endOffset: nextOffset,
    ...overrides,
  };
}

function pollAt(at: number, bikes = 1, code = "1001"): [LogRecord, MarkerRecord] {
  return [change("paris", code, at, { bikes }), pollMarker("paris", at)];
}

it("dead-letters and counts a record that comes after its window was final", async () => {
  const process = startProcess(store);
  await store.log.append({ records: [change("paris", "1001", noon)], marker: pollMarker("paris", noon) });
  await store.log.append({ records: [], marker: pollMarker("paris", noon + 4 * minute) });
  await process.workOff();
  const before = await allOf(store.results.stationWindows({}));

  const late = change("paris", "1002", noon + minute, { bikes: 9 });
  await store.log.append({ records: [late], marker: pollMarker("paris", noon + 5 * minute) });
  await process.workOff();

  expect(await allOf(store.results.stationWindows({}))).toEqual(before);
  expect(await store.deadLetters.list({})).toMatchObject([{ source: "paris", at: noon + minute, reason: "late" }]);
  expect(await counted(process.metrics, "velib_late_records_total", { source: "paris" })).toBe(1);
  expect(await counted(process.metrics, "velib_dead_letters_total", { source: "paris", reason: "late" })).toBe(1);
});

it("dead-letters what can't be decoded once, also when it is read again", async () => {
  const undecodable = { source: "paris", at: noon, detail: "expected JSON", excerpt: "{" };
  const batch = batchOf([], { entries: [{ offset: 7n, undecodable }], nextOffset: 8n, endOffset: 8n });
  for (const { aggregator } of [startAggregator(), startAggregator()]) {
    await aggregator.assigned(0, 1);
    await aggregator.batch(batch);
  }

  expect(await store.deadLetters.list({})).toMatchObject([{ reason: "undecodable-record", source: "paris", at: noon }]);
});

it("commits at the end of the log, and otherwise once enough windows are gathered", async () => {
  const { aggregator } = startAggregator(3);
  await aggregator.assigned(0, 1);
  const offsets: (bigint | undefined)[] = [];

  for (let n = 0; n < 5; n++) {
    const nextOffset = BigInt(n + 1);
    await aggregator.batch(batchOf(pollAt(noon + n * windowMs + minute, n), { nextOffset, endOffset: 100n }));
    offsets.push((await store.results.checkpoint(0))?.offset);
  }
  await aggregator.batch(batchOf([], { nextOffset: 100n, endOffset: 100n }));

  // The poll of a window makes the one before it final: the fourth one brings the third window.
  expect(offsets).toEqual([undefined, undefined, undefined, 4n, 4n]);
  expect((await store.results.checkpoint(0))?.offset).toBe(100n);
});

it("commits what it gathered when the partition is taken away", async () => {
  const { aggregator } = startAggregator(1000);
  await aggregator.assigned(0, 3);
  await aggregator.batch(batchOf(pollAt(noon), { endOffset: 100n }));

  await aggregator.revoked(0);

  expect(await store.results.checkpoint(0)).toMatchObject({ offset: 2n, generation: 3 });
});

it("shows the lag of the partitions that it has, and of no other", async () => {
  const { aggregator, metrics } = startAggregator();
  const lag = () => metrics.registry.getSingleMetricAsString("velib_log_lag_records");
  for (const partition of [0, 1]) {
    await aggregator.assigned(partition, 1);
    await aggregator.batch(batchOf(pollAt(noon), { partition, endOffset: 100n }));
  }

  await aggregator.revoked(0);

  expect(await lag()).not.toContain('partition="0"');
  expect(await lag()).toContain('velib_log_lag_records{group="aggregator",partition="1"} 98');
});

it("shows no lag of a partition whose last commit was refused", async () => {
  const zombie = startAggregator(1000);
  const owner = startAggregator();
  await zombie.aggregator.assigned(0, 1);
  await zombie.aggregator.batch(batchOf(pollAt(noon), { endOffset: 100n }));
  await owner.aggregator.assigned(0, 2);
  await owner.aggregator.batch(batchOf(pollAt(noon)));

  await expect(zombie.aggregator.revoked(0)).rejects.toMatchObject({ code: "VELIB_CHECKPOINT_FENCED" });

  expect(await zombie.metrics.registry.getSingleMetricAsString("velib_log_lag_records")).not.toContain("partition=");
});

it("goes on from its checkpoint and says so to the log", async () => {
  const first = startAggregator();
  expect(await first.aggregator.assigned(0, 1)).toBeNull();
  await first.aggregator.batch(batchOf(pollAt(noon)));

  const second = startAggregator();

  expect(await second.aggregator.assigned(0, 2)).toBe(2n);
});

it("leaves a partition to the generation that took over", async () => {
  const zombie = startAggregator();
  const owner = startAggregator();
  await zombie.aggregator.assigned(0, 1);
  await owner.aggregator.assigned(0, 2);
  await owner.aggregator.batch(batchOf(pollAt(noon, 5)));

  const commit = zombie.aggregator.batch(batchOf(pollAt(noon, 9)));

  await expect(commit).rejects.toMatchObject({ code: "VELIB_CHECKPOINT_FENCED" });
  expect((await store.results.station("paris", "1001"))?.content?.bikes).toBe(5);
});

it("keeps what it knows of a partition's stations when another partition is assigned", async () => {
  const { aggregator } = startAggregator(1000);
  await aggregator.assigned(0, 1);
  await aggregator.batch(batchOf([station("paris", "1001", noon), ...pollAt(noon, 1)]));
  await aggregator.batch(batchOf(pollAt(noon + minute, 2), { endOffset: 100n }));

  await aggregator.assigned(1, 1);
  const gone: LogRecord = {
    kind: "absent",
    source: "paris",
    station: "1001",
    at: noon + 2 * minute,
    zone: "4",
    last: null,
  };
  await aggregator.batch(batchOf([gone, pollMarker("paris", noon + 2 * minute)]));

  // Before partitions had states of their own, the 1 bike that was stored came back here.
  expect(await store.results.station("paris", "1001")).toMatchObject({
    content: { bikes: 2 },
    changedAt: noon + minute,
    absentSince: noon + 2 * minute,
  });
});

it("sets the lag to what is left of the log", async () => {
  const { aggregator, metrics } = startAggregator();
  await aggregator.assigned(0, 1);

  await aggregator.batch(batchOf(pollAt(noon), { endOffset: 42n }));

  expect(await counted(metrics, "velib_log_lag_records", { group: "aggregator" })).toBe(40);
});

it("gives the same tables whether it commits at every poll or gathers", async () => {
  const tables: unknown[] = [];
  for (const [commitWindows, every] of [
    [0, 1],
    [1000, 7],
    [3, 20],
  ] as const) {
    const own = openStore();
    const process = startProcess(own, { commitWindows });
    const { producer } = await process.producer("paris");
    for (let n = 0; n < 20; n++) {
      await producer.take(pollOf(noon + n * minute, [reading("1001", n % 4, 5), reading("1002", 3, n % 3)]));
      if (n % every === every - 1) await process.workOff();
    }
    await process.workOff();
    tables.push([await allOf(own.results.stationWindows({})), await allOf(own.results.zoneWindows({}))]);
    own.close();
  }

  expect(tables[1]).toEqual(tables[0]);
  expect(tables[2]).toEqual(tables[0]);
});
