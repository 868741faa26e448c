import { DatabaseSync } from "node:sqlite";
import { setImmediate as nextTurn } from "node:timers/promises";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { LogReader, readToEnd } from "../../test/contracts/log-reader.ts";
import { change, minute, pollMarker, start } from "../../test/contracts/log-records.ts";
import { schema } from "./schema.ts";
import { SqliteLog } from "./sqlite-log.ts";

let database: DatabaseSync;

beforeEach(() => {
  database = new DatabaseSync(":memory:");
  database.exec(schema);
});

afterEach(() => {
  vi.useRealTimers();
  database.close();
});

/** Appends polls of two records each: a change and its marker. */
async function append(log: SqliteLog, count: number, first = 0): Promise<void> {
  for (let n = first; n < first + count; n++) {
    const at = start + n * minute;
    await log.append({ records: [change("paris", "1", at, { bikes: n })], marker: pollMarker("paris", at) });
  }
}

it("waits after the first poll for those that follow soon, so that a commit serves several", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const log = new SqliteLog(database, { lingerMs: 500 });
  const reader = new LogReader();
  const stop = new AbortController();
  const following = log.consume("group", reader, { signal: stop.signal });
  await vi.waitUntil(() => reader.generations.has(0));
  await nextTurn();

  await append(log, 1);
  await nextTurn();
  await vi.advanceTimersByTimeAsync(499);
  await append(log, 2, 1);
  const before = reader.batches.length;
  await vi.advanceTimersByTimeAsync(1);
  await reader.until(() => reader.batches.length > 0);
  stop.abort();
  await following;

  expect(before).toBe(0);
  expect(reader.batches.map(({ entries }) => entries.length)).toEqual([6]);
});

it.each([
  ["while it waits for a record", 0],
  ["while it waits for more records", 1],
])("ends consumers when it is closed %s", async (_when, polls) => {
  const log = new SqliteLog(database, { lingerMs: 3_600_000 });
  const reader = new LogReader();
  const following = log.consume("group", reader, { signal: new AbortController().signal });
  await append(log, polls);

  await log.close();
  await following;

  expect(reader.revokedPartitions).toEqual([0]);
});

it("lets a consumer finish its batch when it is closed, and then gives it no other", async () => {
  const log = new SqliteLog(database, { lingerMs: 0, batchRecords: 1 });
  await append(log, 5);
  const reader = new LogReader();
  const arrived = Promise.withResolvers<void>();
  const finish = Promise.withResolvers<void>();
  reader.afterBatch = () => {
    arrived.resolve();
    return finish.promise;
  };
  const following = log.consume("group", reader, { signal: new AbortController().signal });
  await arrived.promise;

  let closed = false;
  const closing = log.close().then(() => {
    closed = true;
  });
  await nextTurn();
  expect(closed, "closed before the batch was finished").toBe(false);
  finish.resolve();
  await closing;
  await following;

  expect(reader.batches).toHaveLength(1);
  expect(reader.revokedPartitions).toEqual([0]);
});

it("closes although a consumer failed", async () => {
  const log = new SqliteLog(database, { lingerMs: 0 });
  await append(log, 1);
  const reader = new LogReader();
  const arrived = Promise.withResolvers<void>();
  reader.afterBatch = () => {
    arrived.resolve();
    return Promise.reject(new Error("no room"));
  };
  const following = log.consume("group", reader, { signal: new AbortController().signal });
  following.catch(() => undefined);
  await arrived.promise;

  const [closed, consumed] = await Promise.allSettled([log.close(), following]);

  expect(closed.status).toBe("fulfilled");
  expect(consumed.status).toBe("rejected");
});

it("leaves nothing listening on a signal that outlives its consumers", async () => {
  const log = new SqliteLog(database, { lingerMs: 0 });
  const { signal } = new AbortController();
  const added = vi.spyOn(signal, "addEventListener");
  const removed = vi.spyOn(signal, "removeEventListener");

  for (let n = 0; n < 3; n++) await log.consume("group", new LogReader(), { signal, untilEnd: true });

  expect(removed.mock.calls.length).toBe(added.mock.calls.length);
});

it("never splits a poll, however small its batches", async () => {
  const log = new SqliteLog(database, { lingerMs: 0, batchRecords: 1 });
  await append(log, 3);

  const { batches } = await readToEnd(log);

  expect(batches.map(({ entries }) => entries.length)).toEqual([2, 2, 2]);
  expect(batches.map(({ nextOffset, endOffset }) => [nextOffset, endOffset])).toEqual([
    [2n, 6n],
    [4n, 6n],
    [6n, 6n],
  ]);
});

it("reads on in the middle of a poll", async () => {
  const log = new SqliteLog(database);
  await append(log, 2);

  const reader = await readToEnd(log, new LogReader(() => 1n));

  expect(reader.entries(0).map(({ offset }) => offset)).toEqual([1n, 2n, 3n]);
});

it("reads on at the oldest record kept when the one asked for is gone", async () => {
  const log = new SqliteLog(database);
  await append(log, 4);
  database.exec("DELETE FROM log_batches WHERE base_offset < 4");

  const fromStart = await readToEnd(log);
  const fromTwo = await readToEnd(log, new LogReader(() => 2n));

  expect(fromStart.entries(0).map(({ offset }) => offset)).toEqual([4n, 5n, 6n, 7n]);
  expect(fromTwo.entries(0)).toEqual(fromStart.entries(0));
});

it("reads over polls of another source that were dropped in between", async () => {
  const log = new SqliteLog(database, { batchRecords: 1 });
  await append(log, 4);
  database.exec("DELETE FROM log_batches WHERE base_offset IN (2, 4)");

  const reader = await readToEnd(log, new LogReader(() => 2n));

  expect(reader.entries(0).map(({ offset }) => offset)).toEqual([6n, 7n]);
});

it("hands on a poll that can't be decoded as one entry that says so, and the others as they are", async () => {
  const log = new SqliteLog(database);
  await append(log, 3);
  database.exec(`UPDATE log_batches SET records = '[{"kind": "chan' WHERE base_offset = 2`);

  const reader = await readToEnd(log);
  const tail = await log.tail("paris", 10 * minute);

  expect(reader.entries(0).map((entry) => ("record" in entry ? entry.record.kind : entry.undecodable))).toEqual([
    "change",
    "poll",
    { source: "paris", at: start + minute, detail: expect.stringContaining("JSON"), excerpt: '[{"kind": "chan' },
    "change",
    "poll",
  ]);
  expect(tail.records.map(({ at }) => (at - start) / minute)).toEqual([0, 0, 2, 2]);
});

it("appends nothing of a poll that it can't write", async () => {
  const log = new SqliteLog(database);
  await append(log, 1);
  database.exec("CREATE TRIGGER full BEFORE INSERT ON log_stations BEGIN SELECT raise(ABORT, 'no room'); END");
  const station = { ...change("paris", "1", start + minute), kind: "station" as const };
  const { name, lat, lon, commune, listed } = { name: null, lat: null, lon: null, commune: null, listed: true };

  const failing = log.append({
    records: [{ ...station, name, lat, lon, commune, listed }],
    marker: pollMarker("paris", start + minute),
  });

  await expect(failing).rejects.toThrow("no room");
  expect((await readToEnd(log)).entries(0)).toHaveLength(2);
});
