import { MongoClient } from "mongodb";
import { expect, it } from "vitest";
import { collectionsOf } from "../../../adapters/mongodb/collections.ts";
import { MongodbResults } from "../../../adapters/mongodb/mongodb-results.ts";
import { stationStateDocument, type Writer } from "../../../adapters/mongodb/state-documents.ts";
import { replaceUnlessNewer } from "../../../adapters/mongodb/upsert.ts";
import type { FeedHealth } from "../../../core/feed-health/feed-health.ts";
import type { SourceState } from "../../../core/state/source-state.ts";
import type { StationState } from "../../../core/state/station-state.ts";
import { describeReal } from "../servers.ts";
import { commitOf, documentsOf, freshDatabase, lengthMs, openResults, start, window, zonePart } from "./fixtures.ts";

function stationState(change: Partial<StationState> = {}): StationState {
  return {
    source: "paris",
    station: "1001",
    name: "Place d'Italie",
    lat: 48.831,
    lon: 2.355,
    capacity: 40,
    commune: "Paris",
    zone: "13e",
    content: { bikes: 7, mechanical: 3, ebike: 4, docks: 33, installed: true, renting: true, returning: false },
    changedAt: start,
    absentSince: null,
    reportedAt: start - 1,
    ...change,
  };
}

const health: FeedHealth = {
  polls: 10,
  frozenPolls: 0,
  longestFrozenRun: 3,
  clockBackwards: 1,
  overCapacity: 2,
  filledColumns: ["name"],
  nullColumns: [],
  nullColumnPolls: 0,
  notInInformation: 0,
  notInStatus: 0,
};

function sourceState(change: Partial<SourceState> = {}): SourceState {
  return {
    source: "paris",
    lastPollAt: start,
    movedAt: start,
    observed: 1469,
    holdMs: 600_000,
    feedTime: null,
    health,
    finalUntil: start,
    ended: false,
    ...change,
  };
}

describeReal("MongoDB results", ["mongodb"], ({ mongodb: uri }) => {
  it("gives back windows exactly: doubles to the last bit, nulls as nulls", async () => {
    const results = await openResults({ uri, database: freshDatabase(uri) });
    const written = [window(), window({ station: "1002", ebikeMean: 5, mechanicalMean: -0, occupancyMean: 1e-300 })];

    await results.commit(commitOf({ windows: written }));

    expect(await Array.fromAsync(results.stationWindows({}))).toEqual(written);
  });

  it("shows windows to other clients under the names of the CSV's columns, with times as dates", async () => {
    const database = freshDatabase(uri);
    const results = await openResults({ uri, database });

    await results.commit(commitOf({ windows: [window()] }));

    const [document] = await documentsOf(uri, database, "station_windows");
    expect(document).toMatchObject({ source: "paris", station: "1001", bikes_mean: 7, ebike_mean: null, changes: 4 });
    expect(document?.start).toEqual(new Date(start));
    expect(document?.end).toEqual(new Date(start + lengthMs));
  });

  it("leaves the same rows when a commit is repeated or done again with other bounds", async () => {
    const results = await openResults({ uri, database: freshDatabase(uri) });
    const windows = Array.from({ length: 2500 }, (_, n) =>
      window({ station: String(n % 50), start: start + n * lengthMs }),
    );
    await results.commit(commitOf({ windows: windows.slice(0, 1700), offset: 5n }));

    await results.commit(commitOf({ windows: windows.slice(900), offset: 9n }));
    await results.commit(commitOf({ windows: [window({ station: "0", start, bikesMean: 8 })], offset: 11n }));

    const rows = await Array.fromAsync(results.stationWindows({}));
    expect(rows).toHaveLength(2500);
    expect(rows[0]).toEqual(window({ station: "0", bikesMean: 8 }));
    expect((await results.checkpoint(0))?.offset).toBe(11n);
  });

  it("sorts by source, station and start in the order of UTF-16 code units", async () => {
    const results = await openResults({ uri, database: freshDatabase(uri) });
    const stations = ["\uffee", "\u{1f6b2}", "10", "9", "É", "a", "", "a\0"];
    const written = ["paris", "oslo", "paris\0"].flatMap((source) =>
      stations.flatMap((station) => [1, 0].map((n) => window({ source, station, start: start + n * lengthMs }))),
    );

    await results.commit(commitOf({ windows: written }));

    const keys = (await Array.fromAsync(results.stationWindows({}))).map((w) => [w.source, w.station, w.start]);
    const compare = (a: string | number, b: string | number) => (a === b ? 0 : a < b ? -1 : 1);
    const sorted = written
      .map((w) => [w.source, w.station, w.start] as const)
      .sort((a, b) => compare(a[0], b[0]) || compare(a[1], b[1]) || compare(a[2], b[2]));
    expect(keys).toEqual(sorted);
  });

  it.each([
    ["a station of every source", { id: "2" }, 8],
    ["a station of one source", { source: "oslo", id: "2" }, 4],
    ["a stretch of time", { from: start + lengthMs, to: start + 3 * lengthMs }, 12],
    ["a stretch of one source", { source: "oslo", from: start + lengthMs }, 9],
    ["a stretch of one station", { source: "oslo", id: "2", to: start + lengthMs }, 1],
    ["all with bounds far off", { from: 0, to: Number.MAX_SAFE_INTEGER }, 24],
    ["an unknown source", { source: "osl" }, 0],
  ])("finds %s", async (_, query, count) => {
    const results = await openResults({ uri, database: freshDatabase(uri) });
    const windows = ["paris", "oslo"].flatMap((source) =>
      ["1", "2", "3"].flatMap((station) =>
        [0, 1, 2, 3].map((n) => window({ source, station, start: start + n * lengthMs })),
      ),
    );
    await results.commit(commitOf({ windows }));

    expect(await Array.fromAsync(results.stationWindows(query))).toHaveLength(count);
  });

  it("adds up the parts of a zone, for the port's readers and in the view alike", async () => {
    const database = freshDatabase(uri);
    const results = await openResults({ uri, database });
    const unknown = zonePart({ zone: "12e", knownMs: 0, stations: 0 });
    await results.commit(commitOf({ zoneParts: [zonePart(), unknown] }));
    await results.commit(commitOf({ partition: 1, zoneParts: [zonePart({ partition: 1, bikesMs: 0, splitMs: 0 })] }));

    const [zone, ...others] = await Array.fromAsync(results.zoneWindows({}));
    const [row] = await documentsOf(uri, database, "zone_averages");

    expect(others).toEqual([]);
    expect(zone).toMatchObject({ zone: "11e", bikesMean: 5, docksMean: 20, stations: 4, bikesTotal: 20, changes: 10 });
    expect(row).toMatchObject({
      zone: "11e",
      start: new Date(start),
      bikes_mean: zone?.bikesMean,
      mechanical_mean: zone?.mechanicalMean,
      occupancy_mean: zone?.occupancyMean,
      coverage: zone?.coverage,
      bikes_total: 20,
    });
  });

  it("keeps a checkpoint of 40 MB, and only the newest one's chunks", async () => {
    const database = freshDatabase(uri);
    const results = await openResults({ uri, database });
    const state = new Uint8Array(40 * 1024 * 1024).map((_, n) => n % 251);
    await results.commit(commitOf({ state: new Uint8Array(20 * 1024 * 1024), offset: 1n }));

    await results.commit(commitOf({ state, offset: 2n ** 60n }));

    const kept = await results.checkpoint(0);
    expect(kept?.offset).toBe(2n ** 60n);
    expect(Buffer.compare(kept?.state ?? Buffer.of(), state)).toBe(0);
    expect(await documentsOf(uri, database, "checkpoint_chunks")).toHaveLength(5);
    await results.commit(commitOf({ state: new Uint8Array([7]), offset: 3n }));
    expect(await documentsOf(uri, database, "checkpoint_chunks")).toEqual([]);
    expect([...((await results.checkpoint(0))?.state ?? [])]).toEqual([7]);
  });

  it("refuses an older generation before anything is written, and keeps the newer checkpoint", async () => {
    const results = await openResults({ uri, database: freshDatabase(uri) });
    await results.commit(commitOf({ generation: 3, offset: 30n }));

    const refused = results.commit(commitOf({ generation: 2, offset: 99n, windows: [window()] }));

    await expect(refused).rejects.toMatchObject({ code: "VELIB_CHECKPOINT_FENCED" });
    expect(await Array.fromAsync(results.stationWindows({}))).toEqual([]);
    expect(await results.checkpoint(0)).toMatchObject({ generation: 3, offset: 30n });
  });

  it("keeps latest states that a newer generation of the partition wrote, and replaces all others", async () => {
    const database = freshDatabase(uri);
    const results = await openResults({ uri, database });
    const names = ["1", "2", "3"];
    const named = (name: string) => names.map((station) => stationState({ station, name }));
    await results.commit(commitOf({ generation: 5, stations: named("newer").slice(0, 2) }));
    const client = new MongoClient(uri);
    const { stationState: collection } = collectionsOf(client.db(database));
    const write = (name: string, writer: Writer) =>
      replaceUnlessNewer(
        collection,
        named(name).map((state) => stationStateDocument(state, writer)),
        writer,
      );
    const told = async () => (await results.stations({})).map(({ name }) => name);

    await write("suspended", { partition: 0, generation: 4 });
    const afterSuspended = await told();
    await write("another partition's", { partition: 1, generation: 4 });
    await client.close();

    expect(afterSuspended).toEqual(["newer", "newer", "suspended"]);
    expect(new Set(await told())).toEqual(new Set(["another partition's"]));
  });

  it("takes the commits of many partitions at once", async () => {
    const results = await openResults({ uri, database: freshDatabase(uri) });

    await Promise.all(
      Array.from({ length: 12 }, (_, partition) =>
        results.commit(commitOf({ partition, windows: [window({ station: String(partition) })] })),
      ),
    );

    expect(await Array.fromAsync(results.stationWindows({}))).toHaveLength(12);
    expect(await results.checkpoint(11)).toMatchObject({ partition: 11, generation: 1 });
    expect(await results.checkpoint(12)).toBeNull();
  });

  it("gives stations back whole, by box and page by page", async () => {
    const results = await openResults({ uri, database: freshDatabase(uri) });
    const never = stationState({
      station: "2",
      content: null,
      lat: null,
      lon: null,
      changedAt: null,
      reportedAt: null,
    });
    const split = stationState({
      station: "10",
      absentSince: start,
      content: { bikes: 3, mechanical: null, ebike: null, docks: 0, installed: false, renting: false, returning: true },
    });
    const oslo = stationState({ source: "oslo", station: "5", lat: 59.9, lon: 10.7 });
    await results.commit(commitOf({ stations: [never, split, stationState(), oslo] }));

    expect(await results.stations({})).toEqual([oslo, split, stationState(), never]);
    expect(await results.stations({ bbox: [2, 48, 3, 49] })).toEqual([split, stationState()]);
    expect(await results.stations({ after: { source: "oslo", station: "5" }, limit: 1 })).toEqual([split]);
    expect(await results.stations({ source: "paris", after: { source: "paris", station: "1001" } })).toEqual([never]);
    expect(await results.station("paris", "2")).toEqual(never);
    expect(await results.station("paris", "3")).toBeNull();
  });

  it("knows a source by its newest poll, and as final as its slowest partition is", async () => {
    const results = await openResults({ uri, database: freshDatabase(uri) });
    await results.commit(
      commitOf({ sources: [sourceState({ lastPollAt: start + 60_000, finalUntil: start + lengthMs, ended: true })] }),
    );
    await results.commit(commitOf({ partition: 1, sources: [sourceState({ observed: 3 })] }));

    expect(await results.sources()).toEqual([sourceState({ lastPollAt: start + 60_000 })]);
  });

  it("sets the TTL of the windows, changes it and ends it as the options say, whoever starts at once", async () => {
    const database = freshDatabase(uri);
    const ttls: unknown[] = [];

    for (const windowsTtlSeconds of [0, 3_000_000, 86_400, 0]) {
      const opened = await Promise.all([1, 2, 3].map(() => MongodbResults.open({ uri, database, windowsTtlSeconds })));
      await Promise.all(opened.map((one) => one.close()));
      ttls.push(await ttlOf(uri, database));
    }

    expect(ttls).toEqual([undefined, 3_000_000, 86_400, 2 ** 31 - 1]);
  });

  it("removes windows that are older than their TTL", async () => {
    const database = freshDatabase(uri);
    const results = await openResults({ uri, database, windowsTtlSeconds: 3600 });
    const recent = Math.floor(Date.now() / lengthMs) * lengthMs;
    await results.commit(commitOf({ windows: [window(), window({ start: recent })] }));

    await expect
      .poll(async () => (await Array.fromAsync(results.stationWindows({}))).map((w) => w.start), { timeout: 10_000 })
      .toEqual([recent]);
  });
});

async function ttlOf(uri: string, database: string): Promise<unknown> {
  const client = new MongoClient(uri);
  const indexes = await client.db(database).collection("station_windows").indexes();
  await client.close();
  return indexes.find(({ name }) => name === "start_1")?.expireAfterSeconds;
}
