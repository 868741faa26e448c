import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DuckDBConnection, Json } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { computeExpected, expectedCounts } from "./expected.ts";

/**
 * A recording small enough to work out by hand, for the SQL that the pipeline is judged by. Polls at 12:00, :05, :10
 * (no station code), :15, then a gap, :40, :45, :50, :55. The median interval of those that count is 5 min, so
 * `hold` is 10 min, and the end moves the marker to 13:05.
 */
const stations = `stationcode,name,lat,lon,capacity,nom_arrondissement_communes,code_insee_commune
1001,Steady,48.8,2.3,20,Paris,75056
1002,Sometimes closed,48.8,2.3,10,Paris,75056
1003,Never seen,48.8,2.3,30,Paris,75056
12041,In the wood,48.8,2.4,60,Saint-Mandé,94067
21001,Without capacity,48.8,2.2,0,Boulogne-Billancourt,92012
31001,Alone and never seen,48.8,2.4,12,Montreuil,93048
`;
// minute, station, installed, renting, returning, capacity, docks, bikes, mechanical, ebike
const rows = `
00 1001  1 1 1 20 14 6 4 2
00 1002  1 1 1 10  7 3 3 0
00 12041 1 1 1  - 5 10 8 2
00 21001 1 1 1  0  0 0 0 0
05 1001  1 1 1 20 13 7 5 2
05 1002  0 0 0 10  0 0 0 0
05 12041 1 1 1 50 5 10 8 2
05 21001 1 1 1  0  0 1 - -
10 -     1 1 1 20 13 9 - -
10 -     1 1 1 10  7 9 - -
15 1001  1 1 1 20 13 7 5 2
15 12041 1 1 1  - 5 10 8 2
15 21001 1 1 1  0  0 - - -
15 -     1 1 1  0  0 4 4 0
40 1001  1 1 1 20 13 7 5 2
40 1001  1 1 1 20 13 7 5 2
40 1001  1 1 1 20 12 8 6 2
40 1002  1 1 1  -  8 2 1 1
40 12041 1 1 1 50 5 10 8 2
45 1001  1 1 1 20 12 8 6 2
45 1002  1 1 1  -  8 2 1 1
45 12041 1 1 1 50 5 10 8 2
45 99999 1 1 1  3  3 0 0 0
50 1001  1 1 1 22 12 8 6 2
50 12041 1 1 1 50 5 10 8 2
55 1001  1 1 1 22 12 8 6 2
55 12041 1 1 1 50 5 10 8 2
55 99999 1 1 1  3  3 0 0 0
`;

let dir: string;
let connection: DuckDBConnection;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "velib-definitions-"));
  const header =
    "polled_at,stationcode,is_installed,is_renting,is_returning,capacity,numdocksavailable,numbikesavailable,mechanical,ebike,duedate";
  const lines = rows.trim().split("\n");
  const cells = lines.map((line) => line.split(/ +/).map((cell) => (cell === "-" ? "" : cell)));
  const csv = cells.map(([minute, ...rest]) => `2024-11-01T12:${minute}:00Z,${rest.join(",")},2024-11-01T11:47:00Z`);
  await writeFile(join(dir, "recording.csv"), `${[header, ...csv].join("\n")}\n`);
  await writeFile(join(dir, "stations.csv"), stations);
  connection = await computeExpected({
    format: "paris",
    recording: join(dir, "recording.csv"),
    stations: join(dir, "stations.csv"),
    source: "tiny",
    windowMs: 180_000,
    latenessMs: 30_000,
    keyframeMs: 600_000,
  });
});

afterAll(async () => {
  connection.closeSync();
  await rm(dir, { recursive: true });
});

async function select(sql: string): Promise<Record<string, Json>[]> {
  return (await connection.runAndReadAll(sql)).getRowObjectsJson();
}

async function stationWindow(station: string, time: string): Promise<Record<string, Json> | undefined> {
  const [row] = await select(`FROM expected_station_window
    WHERE station = '${station}' AND start = epoch_ms('2024-11-01 ${time}'::TIMESTAMP)`);
  return row;
}

async function zoneWindow(zone: string, time: string): Promise<Record<string, Json> | undefined> {
  const [row] = await select(`FROM expected_zone_window
    WHERE zone = '${zone}' AND start = epoch_ms('2024-11-01 ${time}'::TIMESTAMP)`);
  return row;
}

/** Minute and kind of the records of a station, in order. */
async function records(station: string): Promise<string> {
  const [row] =
    await select(`SELECT string_agg(strftime(epoch_ms(polled_at), '%M') || ' ' || kind, ', ' ORDER BY polled_at)
    AS text FROM log_record WHERE station = '${station}'`);
  return String(row?.text);
}

describe("the station windows in SQL", () => {
  it("weigh values by the time they held", async () => {
    const row = await stationWindow("1001", "12:03");

    expect(row).toMatchObject({ bikes_min: "6", bikes_max: "7", bikes_last: "7", docks_min: "13", docks_max: "14" });
    expect(row).toMatchObject({ docks_last: "13", coverage: 1, changes: "1", source: "tiny" });
    expect(row?.bikes_mean).toBeCloseTo((2 * 6 + 7) / 3, 12);
    expect(row?.mechanical_mean).toBeCloseTo((2 * 4 + 5) / 3, 12);
    expect(row?.ebike_mean).toBeCloseTo(2, 12);
    expect(row?.docks_mean).toBeCloseTo((2 * 14 + 13) / 3, 12);
    expect(row?.occupancy_mean).toBeCloseTo((2 * 0.3 + 0.35) / 3, 12);
  });

  it("give an observation at a boundary to the window that starts there", async () => {
    expect(await stationWindow("1001", "12:42")).toMatchObject({ bikes_max: "7", bikes_last: "7", changes: "0" });
    expect(await stationWindow("1001", "12:45")).toMatchObject({ bikes_min: "8", bikes_last: "8", changes: "1" });
  });

  it("end with the hold and begin again with the next observation", async () => {
    const ending = await stationWindow("1001", "12:24");
    const beginning = await stationWindow("1001", "12:39");

    expect(ending).toMatchObject({ bikes_mean: 7, bikes_last: null, docks_last: null, changes: "0" });
    expect(ending?.coverage).toBeCloseTo(1 / 3, 12);
    expect(await stationWindow("1001", "12:27")).toBeUndefined();
    expect(await stationWindow("1001", "12:36")).toBeUndefined();
    expect(beginning).toMatchObject({ bikes_mean: 7, bikes_last: "7", changes: "0" });
    expect(beginning?.coverage).toBeCloseTo(2 / 3, 12);
  });

  it("know the last value when the hold ends at the window's end, and nothing after it", async () => {
    expect(await stationWindow("1002", "12:12")).toMatchObject({ coverage: 1, bikes_last: "0" });
    expect(await stationWindow("1002", "12:15")).toBeUndefined();
  });

  it("average split and occupancy over the time in which they were known", async () => {
    expect(await stationWindow("21001", "12:00")).toMatchObject({ occupancy_mean: null, mechanical_mean: 0 });
    const row = await stationWindow("21001", "12:03");
    expect(row).toMatchObject({ mechanical_mean: 0, ebike_mean: 0, occupancy_mean: 1, changes: "1" });
    expect(row?.bikes_mean).toBeCloseTo(1 / 3, 12);
    expect(await stationWindow("21001", "12:06")).toMatchObject({ mechanical_mean: null, ebike_mean: null });
  });

  it("fill a missing capacity with the last one seen, before that with the listed one", async () => {
    expect((await stationWindow("12041", "12:00"))?.occupancy_mean).toBeCloseTo(10 / 60, 12);
    expect((await stationWindow("12041", "12:06"))?.occupancy_mean).toBeCloseTo(10 / 50, 12);
    expect((await stationWindow("12041", "12:15"))?.occupancy_mean).toBeCloseTo(10 / 50, 12);
  });

  it("do not see a poll without a valid row", async () => {
    expect(await stationWindow("1001", "12:09")).toMatchObject({ bikes_max: "7", coverage: 1, changes: "0" });
  });

  it("are written when the marker has passed end + lateness", async () => {
    expect(await stationWindow("1001", "13:00")).toMatchObject({ bikes_mean: 8, coverage: 1 });
    expect(await stationWindow("1001", "13:03")).toBeUndefined();
  });
});

describe("the zone windows in SQL", () => {
  it("average over installed stations and count all of the zone into coverage", async () => {
    const row = await zoneWindow("1", "12:03");

    // 1001: 2 min of 6, 1 min of 7 bikes in 20 places; 1002: 2 min of 3 in 10, then closed; 1003 never seen.
    expect(row).toMatchObject({ bikes_mean: 5, stations: "2", bikes_total: 10, occupancy_mean: 25 / 80, changes: "1" });
    expect(row?.coverage).toBeCloseTo(5 / 9, 12);
  });

  it("leave out a station while it is closed", async () => {
    const row = await zoneWindow("1", "12:06");

    expect(row).toMatchObject({ bikes_mean: 7, stations: "1", bikes_total: 7 });
    expect(row?.coverage).toBeCloseTo(1 / 3, 12);
  });

  it("name the arrondissement of a station below 21000 and the commune of others", async () => {
    expect(await select("SELECT DISTINCT zone FROM expected_zone_window ORDER BY zone")).toEqual([
      { zone: "1" },
      { zone: "12" },
      { zone: "Boulogne-Billancourt" },
    ]);
  });

  it("divide the bikes by the places of the whole zone", async () => {
    expect(await zoneWindow("Boulogne-Billancourt", "12:00")).toMatchObject({ occupancy_mean: null, bikes_mean: 0 });
    expect(await zoneWindow("Boulogne-Billancourt", "12:03")).toMatchObject({ occupancy_mean: 1, stations: "1" });
  });
});

describe("the log records in SQL", () => {
  it.each([
    [
      "changes, keyframes after 10 min and for a new capacity",
      "1001",
      "00 change, 05 change, 15 keyframe, 40 keyframe, 45 change, 50 keyframe",
    ],
    ["an absence, and a change out of it", "1002", "00 change, 05 change, 15 absent, 40 change, 50 absent"],
    ["a listed station that is never seen", "1003", "00 absent, 15 absent, 40 absent, 50 absent"],
    [
      "a capacity that differs from the listed one",
      "12041",
      "00 change, 05 keyframe, 15 keyframe, 40 keyframe, 50 keyframe",
    ],
    ["a station that stays away", "21001", "00 change, 05 change, 15 absent, 40 absent, 50 absent"],
    ["an unlisted station that comes back unchanged", "99999", "45 change, 50 absent, 55 keyframe"],
  ])("say what is sent: %s", async (_what, station, expected) => {
    expect(await records(station)).toBe(expected);
  });

  it("are counted with the dead letters", async () => {
    expect(await expectedCounts(connection)).toEqual({
      polls: 7,
      changes: 10,
      keyframes: 8,
      absent: 14,
      deadLetters: { "no-valid-row": 1, "invalid-count": 1, "missing-station": 1, "duplicate-station": 1 },
    });
  });
});
