import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeWithRecordings } from "../../test/recordings.ts";
import type { RunningSimulator } from "./server.ts";
import { startSimulator } from "./server.ts";

const start = Date.parse("2026-05-12T08:30:00Z");
let simulator: RunningSimulator;

beforeAll(async () => {
  simulator = await startSimulator({ port: 0, startAt: start, now: () => 0, stations: 300 });
});

afterAll(() => simulator.close());

/** Every key with the type of its value, objects and the first element of arrays looked into. */
function shape(value: unknown): unknown {
  if (Array.isArray(value)) {
    return [shape(value[0])];
  }
  if (typeof value !== "object" || value === null) {
    return value === null ? "null" : typeof value;
  }
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, shape(each)]));
}

function shapes(rows: unknown[]): string[] {
  return [...new Set(rows.map((row) => JSON.stringify(shape(row))))];
}

async function get(url: string) {
  return JSON.parse(await (await fetch(url)).text());
}

async function faulty(rates: object) {
  await fetch(`${simulator.url}/_simulator/faults`, { method: "PUT", body: JSON.stringify(rates) });
}

describeWithRecordings("wire formats beside the recorded bodies", (dir) => {
  const sample = (name: string) => JSON.parse(gunzipSync(readFileSync(join(dir, "samples", name))).toString());

  it("writes export rows with the keys, order and types of the real Vélib' export", async () => {
    const real = sample("velib-ods-export.2024-11-06T0650Z.json.gz");

    const simulated = await get(simulator.exportUrl);

    expect(shapes(simulated)).toEqual(shapes(real));
  });

  it("uses the same words, and times of the same form, as the real export asked for Paris time", async () => {
    const real = sample("velib-ods-export.2024-11-06T0650Z.json.gz");
    const words = (rows: { is_installed: string; is_renting: string; is_returning: string }[]) =>
      new Set(rows.flatMap((row) => [row.is_installed, row.is_renting, row.is_returning]));

    const simulated = await get(`${simulator.exportUrl}?timezone=Europe/Paris`);

    expect(words(simulated)).toEqual(words(real));
    const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0[12]:00$/;
    for (const { duedate } of [...simulated, ...real]) {
      expect(duedate).toMatch(iso);
    }
  });

  it("loses the same columns as the two recorded bodies with null columns", async () => {
    const real = [
      ...shapes(sample("velib-ods-export-null-metadata.velib_data_20241104_111501.json.gz")),
      ...shapes(sample("velib-ods-export-null-stationcode.2024-11-01T0855Z.json.gz")),
    ];
    const seen = new Set<string>();
    await faulty({ "null-columns": 1 });

    for (let request = 0; request < 20; request++) {
      for (const row of shapes(await get(simulator.exportUrl))) {
        seen.add(row);
      }
    }
    await faulty({});

    expect(seen).toEqual(new Set(real));
  });

  it("writes GBFS 2.3 station_status with the keys, order and types of Oslo's", async () => {
    const real = sample("oslo-gbfs2.3-station_status.2025-03-31.json.gz");

    const simulated = await get(`${simulator.url}/gbfs/2.3/station_status.json`);

    expect(shape(simulated)).toEqual(shape(real));
    expect(shapes(simulated.data.stations)).toEqual(shapes(real.data.stations));
    expect(simulated.version).toBe(real.version);
  });
});

describe("wire formats", () => {
  it("separates rows as the portal streams them and escapes what is not ASCII", async () => {
    const body = await (await fetch(simulator.exportUrl)).text();

    expect(body).toMatch(/^\[\{"stationcode": "\d+", "name": "/);
    expect(body).toContain('"},{"stationcode": "');
    expect(Buffer.from(body).length).toBe(body.length);
  });

  it("writes station times in UTC unless a time zone is asked for", async () => {
    const utc = await get(simulator.exportUrl);
    const paris = await get(`${simulator.exportUrl}?timezone=Europe/Paris`);

    expect(utc[0].duedate).toMatch(/\+00:00$/);
    expect(paris[0].duedate).toMatch(/\+02:00$/);
    expect(Date.parse(utc[0].duedate)).toBe(Date.parse(paris[0].duedate));
  });

  it("leads from gbfs.json of 2.3 to every feed, under the address the client used", async () => {
    const { data } = await get(simulator.gbfsUrl);
    const names = data.fr.feeds.map(({ name }: { name: string }) => name);

    expect(names).toEqual([
      "system_information",
      "vehicle_types",
      "station_information",
      "station_status",
      "gbfs_versions",
    ]);
    for (const { url } of data.fr.feeds) {
      const feed = await get(url);
      expect(url.startsWith(simulator.url)).toBe(true);
      expect(feed).toMatchObject({ version: "2.3", last_updated: start / 1000, ttl: 60 });
    }
  });

  it("leads from gbfs.json of 3.0 to every feed, with RFC 3339 times", async () => {
    const { data, version } = await get(simulator.gbfs3Url);

    expect(version).toBe("3.0");
    expect(data.feeds).toHaveLength(5);
    for (const { url } of data.feeds) {
      expect(await get(url)).toMatchObject({ version: "3.0", last_updated: "2026-05-12T08:30:00Z", ttl: 60 });
    }
  });

  it("localizes names and counts vehicles in GBFS 3.0", async () => {
    const information = await get(`${simulator.url}/gbfs/3.0/station_information.json`);
    const status = await get(`${simulator.url}/gbfs/3.0/station_status.json`);
    const system = await get(`${simulator.url}/gbfs/3.0/system_information.json`);

    expect(shape(information.data.stations[0])).toEqual({
      station_id: "string",
      name: [{ text: "string", language: "string" }],
      short_name: [{ text: "string", language: "string" }],
      lat: "number",
      lon: "number",
      capacity: "number",
    });
    expect(shape(status.data.stations[0])).toEqual({
      station_id: "string",
      num_vehicles_available: "number",
      vehicle_types_available: [{ vehicle_type_id: "string", count: "number" }],
      num_docks_available: "number",
      is_installed: "boolean",
      is_renting: "boolean",
      is_returning: "boolean",
      last_reported: "string",
    });
    expect(system.data).toMatchObject({ languages: ["fr", "en"], opening_hours: "24/7", timezone: "Europe/Paris" });
  });

  it("tells one and the same state in all three formats", async () => {
    const rows: Record<string, number | string>[] = await get(simulator.exportUrl);
    const two = await get(`${simulator.url}/gbfs/2.3/station_status.json`);
    const three = await get(`${simulator.url}/gbfs/3.0/station_status.json`);

    const fromRows = rows.map((row) => [row.stationcode, row.mechanical, row.ebike, row.numdocksavailable]);
    const fromGbfs = ({ data }: typeof two) =>
      data.stations.map(
        (station: {
          station_id: string;
          num_docks_available: number;
          vehicle_types_available: { count: number }[];
        }) => [
          station.station_id,
          ...station.vehicle_types_available.map(({ count }) => count),
          station.num_docks_available,
        ],
      );
    expect(fromGbfs(two)).toEqual(fromRows);
    expect(fromGbfs(three)).toEqual(fromRows);
  });

  it.each([
    "/gbfs/2.3/free_bike_status.json",
    "/gbfs/1.1/gbfs.json",
    "/api/explore/v2.1/catalog/datasets/other/records",
  ])("answers 404 at %s", async (path) => {
    expect((await fetch(simulator.url + path)).status).toBe(404);
  });
});
