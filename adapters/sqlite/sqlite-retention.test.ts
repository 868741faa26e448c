import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, it } from "vitest";
import { deadLetter } from "../../core/dead-letter/dead-letter.ts";
import { allOf } from "../../test/contracts/all-of.ts";
import { LogReader, readToEnd } from "../../test/contracts/log-reader.ts";
import { change, endMarker, minute, pollMarker, start, station } from "../../test/contracts/log-records.ts";
import { commitOf, sourceState, stationWindow, windowMs, zonePart } from "../../test/contracts/result-rows.ts";
import { schema } from "./schema.ts";
import { SqliteDeadLetters } from "./sqlite-dead-letters.ts";
import { SqliteHistory } from "./sqlite-history.ts";
import { SqliteLog } from "./sqlite-log.ts";
import { SqliteResults } from "./sqlite-results.ts";
import type { Retention } from "./sqlite-retention.ts";
import { SqliteRetention } from "./sqlite-retention.ts";

const hour = 60 * minute;
const always = Number.MAX_SAFE_INTEGER;

let database: DatabaseSync;
let log: SqliteLog;
let results: SqliteResults;
let history: SqliteHistory;

beforeEach(() => {
  database = new DatabaseSync(":memory:");
  database.exec(schema);
  log = new SqliteLog(database, { lingerMs: 0 });
  results = new SqliteResults(database, windowMs);
  history = new SqliteHistory(database);
});

afterEach(() => database.close());

function keep(retention: Partial<Retention>): SqliteRetention {
  return new SqliteRetention(database, { logMs: 48 * hour, windowsMs: 35 * 24 * hour, historyMs: null, ...retention });
}

/** Twenty windows an hour from noon on, up to the n-th, as results whose newest poll stands at that one's end. */
async function commitWindows(source: string, from: number, to: number, offset = 10n): Promise<void> {
  const times = Array.from({ length: to - from }, (_, i) => from + i);
  await results.commit(
    commitOf({
      offset,
      windows: times.flatMap((n) => [stationWindow(source, "1", n), stationWindow(source, "2", n)]),
      zoneParts: times.map((n) => zonePart(source, "4", n, 0)),
      sources: [sourceState(source, { lastPollAt: start + to * windowMs })],
    }),
  );
}

/** Starts of the kept windows, hours after noon: of stations, of zones, and as listed. */
async function keptHours(source: string): Promise<{ first: number; count: number }[]> {
  const stations = await allOf(results.stationWindows({ source, id: "1" }));
  const zones = await allOf(results.zoneWindows({ source }));
  const listed = database
    .prepare("SELECT start FROM window_starts w JOIN sources s ON s.id = w.source_id WHERE s.name = ? ORDER BY start")
    .all(source);
  return [stations, zones, listed].map((rows) => ({
    first: (Number(rows[0]?.start) - start) / hour,
    count: rows.length,
  }));
}

it("drops windows by the hour of their source's newest poll", async () => {
  await commitWindows("paris", 0, 70);
  await commitWindows("oslo", 0, 10);

  // The newest poll of paris stands at 15:30: what starts before 15:00 − 2 h goes.
  keep({ windowsMs: 2 * hour }).pruneWindows();

  expect(await keptHours("paris")).toEqual(Array(3).fill({ first: 1, count: 50 }));
  expect(await keptHours("oslo")).toEqual(Array(3).fill({ first: 0, count: 10 }));
});

it("drops nothing more within the hour, and the next hour's windows after it", async () => {
  const retention = keep({ windowsMs: hour });
  const firsts: number[] = [];
  for (let n = 0; n < 60; n += 5) {
    await commitWindows("paris", n, n + 5);
    retention.pruneWindows();
    firsts.push((await keptHours("paris"))[0]!.first);
  }

  expect(firsts).toEqual([0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2]);
});

it("leaves the same windows however often it was asked", async () => {
  const seldom = keep({ windowsMs: hour });
  await commitWindows("paris", 0, 70);
  seldom.pruneWindows();
  const expected = await keptHours("paris");
  await commitWindows("oslo", 0, 1);
  const often = keep({ windowsMs: hour });
  for (let n = 1; n < 70; n++) {
    await commitWindows("oslo", n, n + 1);
    often.pruneWindows();
  }

  expect(await keptHours("oslo")).toEqual(expected);
});

it("drops a long past in slices and says that more is waiting", async () => {
  await commitWindows("paris", 0, 300);
  const retention = keep({ windowsMs: hour });

  const more = [retention.pruneWindows(), retention.pruneWindows(), retention.pruneWindows(), retention.pruneWindows()];

  expect(more).toEqual([true, true, false, false]);
  expect(await keptHours("paris")).toEqual(Array(3).fill({ first: 14, count: 20 }));
});

it("keeps history for ever unless told, and then drops it by its own newest poll", async () => {
  for (let n = 0; n < 6; n++) {
    const at = start + n * hour + 10 * minute;
    const observations = [change("paris", "1", at), change("paris", "2", at)];
    await history.append({ observations, polls: [pollMarker("paris", at)], partition: 0, offset: BigInt(n) });
  }
  const hours = async () => {
    const rows = await allOf(history.station("paris", "1", 0, always));
    const polls = await allOf(history.polls("paris", 0, always));
    expect(polls.map(({ at }) => at)).toEqual(rows.map(({ at }) => at));
    return rows.map(({ at }) => Math.floor((at - start) / hour));
  };

  const untold = keep({}).pruneHistory();
  const before = await hours();
  keep({ historyMs: 2 * hour }).pruneHistory();

  expect(untold).toBe(false);
  expect(before).toEqual([0, 1, 2, 3, 4, 5]);
  expect(await hours()).toEqual([3, 4, 5]);
});

/** A poll every ten minutes; each adds three records: a station, a change and the marker. */
async function appendPolls(source: string, count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    const at = start + n * 10 * minute;
    const records = [station(source, "1", at), change(source, "1", at)];
    await log.append({ records, marker: pollMarker(source, at) });
  }
}

/** Makes the log durable elsewhere up to an offset. */
async function commitUpTo(offset: bigint, archived = offset): Promise<void> {
  await commitWindows("paris", 0, 1, offset);
  await history.append({ observations: [], polls: [], partition: 0, offset: archived });
}

async function offsets(): Promise<number[]> {
  return (await readToEnd(log)).entries(0).map((entry) => Number(entry.offset));
}

it("drops polls of the log that are older than the retention and durable elsewhere", async () => {
  await appendPolls("paris", 19);
  await commitUpTo(57n);

  // The newest poll stands at 15:00: the twelve before 14:00 go.
  keep({ logMs: hour }).pruneLog();

  expect(await offsets()).toEqual(Array.from({ length: 21 }, (_, i) => 36 + i));
});

it.each([
  ["the aggregator has committed less", 30n, 57n, 30],
  ["the archiver has written less", 57n, 12n, 12],
  ["one stands in the middle of a poll", 31n, 57n, 30],
])("keeps what is not durable elsewhere: %s", async (_what, committed, archived, first) => {
  await appendPolls("paris", 19);
  await commitUpTo(committed, archived);

  keep({ logMs: hour }).pruneLog();

  expect((await offsets())[0]).toBe(first);
});

it("keeps the whole log until both have committed something", async () => {
  await appendPolls("paris", 19);
  await commitWindows("paris", 0, 1, 57n);

  keep({ logMs: hour }).pruneLog();

  expect((await offsets())[0]).toBe(0);
});

it("keeps what a producer resumes from, of a source that stopped long ago and of an ended one too", async () => {
  await appendPolls("oslo", 3);
  await log.append({ records: [], marker: endMarker("oslo", start + 100 * hour) });
  await appendPolls("paris", 60);
  const before = [await log.tail("oslo", 10 * minute), await log.tail("paris", 10 * minute)];
  await commitWindows("oslo", 0, 1);
  await commitUpTo(200n);

  keep({ logMs: 10 * minute }).pruneLog();

  expect([await log.tail("oslo", 10 * minute), await log.tail("paris", 10 * minute)]).toEqual(before);
  expect((await offsets()).length).toBeLessThan(40);
});

it("goes on numbering and reading after it was pruned and opened again", async () => {
  await appendPolls("paris", 19);
  await commitUpTo(57n);
  keep({ logMs: hour }).pruneLog();

  const reopened = new SqliteLog(database, { lingerMs: 0 });
  await reopened.append({ records: [], marker: pollMarker("paris", start + 10 * hour) });
  const reader = await readToEnd(reopened, new LogReader(() => 57n));

  expect(reader.entries(0)).toEqual([{ offset: 57n, record: pollMarker("paris", start + 10 * hour) }]);
});

it("drops dead letters with the windows of their time, and keeps those of other sources", async () => {
  const letters = new SqliteDeadLetters(database);
  const about = (source: string, hours: number) => deadLetter(source, start + hours * hour, "late", "", hours);
  await letters.put([about("paris", 0), about("paris", 8), about("oslo", 0)]);
  await commitWindows("paris", 0, 200);

  keep({ windowsMs: 3 * hour }).pruneDeadLetters();

  expect((await letters.list({})).map(({ source, at }) => [source, (at - start) / hour])).toEqual([
    ["paris", 8],
    ["oslo", 0],
  ]);
});
