import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { Poll, StationReading, UnreadablePoll } from "../../core/observation/reading.ts";
import { describeWithRecordings } from "../../test/recordings.ts";
import { answerJson, type LoopbackServer, serve } from "../http/loopback-server.ts";
import { GbfsSource } from "./gbfs-source.ts";

const at = Date.UTC(2025, 2, 31, 20);
const never = new AbortController().signal;

const names = ["station_status", "station_information", "vehicle_types", "system_information"];
const status = {
  last_updated: at / 1000 - 5,
  ttl: 15,
  data: {
    stations: [
      {
        station_id: "1",
        num_bikes_available: 3,
        num_docks_available: 4,
        is_installed: true,
        is_renting: true,
        is_returning: false,
        last_reported: at / 1000 - 9,
        vehicle_types_available: [
          { vehicle_type_id: "b", count: 2 },
          { vehicle_type_id: "e", count: 1 },
        ],
      },
    ],
  },
};
const network = {
  station_status: status,
  station_information: {
    ttl: 60,
    data: { stations: [{ station_id: "1", name: "Central", lat: 1.5, lon: 2.5, capacity: 8 }] },
  },
  vehicle_types: {
    ttl: 60,
    data: {
      vehicle_types: [
        { vehicle_type_id: "b", form_factor: "bicycle", propulsion_type: "human" },
        { vehicle_type_id: "e", form_factor: "bicycle", propulsion_type: "electric_assist" },
      ],
    },
  },
  system_information: { ttl: 60, data: { name: "Bikes", license_id: "CC0-1.0" } },
};

/** Serves a network under /gbfs; a missing body is a 404, and so are those that are taken away later. */
function serveNetwork(bodies: Record<string, unknown>): Promise<LoopbackServer> {
  return serve((request, response) => {
    const name = /^\/gbfs\/(\w+)\.json$/.exec(request.url!)?.[1] ?? "";
    const listed = names.filter((feed) => feed in bodies).map((feed) => ({ name: feed, url: `./${feed}.json` }));
    answerJson(request, response, name === "gbfs" ? { ttl: 60, data: { en: { feeds: listed } } } : bodies[name]);
  });
}

function sourceAt(server: LoopbackServer, path = "gbfs/gbfs.json"): GbfsSource {
  return new GbfsSource(new URL(path, server.url));
}

function readingsOf(poll: Poll | UnreadablePoll): StationReading[] {
  if ("readings" in poll) return poll.readings;
  throw new Error(`unreadable: ${poll.detail}`);
}

function asked(server: LoopbackServer): string[] {
  return server.requests.splice(0).map(({ url }) => url!.replace("/gbfs/", "").replace(".json", ""));
}

describe("a network found through its gbfs.json", () => {
  test("is polled with its information, its vehicle types, its clock and its licence", async () => {
    await using server = await serveNetwork(network);
    const source = sourceAt(server);
    expect([source.ttlMs, source.simulated]).toEqual([null, false]);
    expect(await source.poll(at, never)).toEqual({
      at,
      feedTime: at - 5000,
      readings: [
        {
          station: "1",
          bikes: 3,
          mechanical: 2,
          ebike: 1,
          docks: 4,
          installed: true,
          renting: true,
          returning: false,
          reportedAt: at - 9000,
          metadata: { name: null, lat: null, lon: null, capacity: null, commune: null },
          raw: status.data.stations[0],
        },
      ],
      information: new Map([["1", { name: "Central", lat: 1.5, lon: 2.5, capacity: 8, commune: null }]]),
    });
    expect(source.ttlMs).toBe(15_000);
    expect(source.attribution).toEqual({ text: "Bikes", licence: "CC0-1.0", url: null });
  });

  test("is asked for its other feeds only when their own ttl has passed", async () => {
    await using server = await serveNetwork(network);
    const source = sourceAt(server);
    await source.poll(at, never);
    expect(asked(server).toSorted()).toEqual(["gbfs", ...names].toSorted());
    const second = await source.poll(at + 59_000, never);
    expect(asked(server)).toEqual(["station_status"]);
    expect(readingsOf(second)[0]).toMatchObject({ station: "1", bikes: 3 });
    await source.poll(at + 60_000, never);
    expect(asked(server)).toEqual(["station_information", "vehicle_types", "station_status"]);
    await source.poll(at + 3600_000, never);
    expect(asked(server)).toContain("gbfs");
  });

  test.each(["gbfs", "gbfs/"])("may be given by its folder: %s", async (path) => {
    await using server = await serveNetwork(network);
    const source = sourceAt(server, path);
    expect(readingsOf(await source.poll(at, never))).toHaveLength(1);
    await source.poll(at + 1000, never);
    expect(asked(server).filter((feed) => feed === "gbfs")).toHaveLength(1);
  });

  test("may have an address without .json", async () => {
    await using server = await serve((request, response) => {
      const isDiscovery = request.url === "/v2/gbfs";
      const feeds = names.slice(0, 2).map((name) => ({ name, url: `/v2/${name}` }));
      const body = network[/station_\w+/.exec(request.url!)?.[0] as keyof typeof network];
      answerJson(request, response, isDiscovery ? { data: { feeds } } : body);
    });
    expect(readingsOf(await sourceAt(server, "v2/gbfs").poll(at, never))).toHaveLength(1);
  });
});

describe("a network with failing feeds", () => {
  test("keeps its last information, but does not start without one", async () => {
    const bodies: Record<string, unknown> = { ...network, station_information: undefined };
    await using server = await serveNetwork(bodies);
    const source = sourceAt(server);
    await expect(source.poll(at, never)).rejects.toMatchObject({ code: "VELIB_SOURCE_HTTP_STATUS", status: 404 });
    bodies.station_information = network.station_information;
    const first = await source.poll(at, never);
    bodies.station_information = "<html>";
    const second = await source.poll(at + 60_000, never);
    expect(second).toEqual({ ...first, at: at + 60_000 });
  });

  test("is polled for totals while its vehicle types are not served", async () => {
    await using server = await serveNetwork({ ...network, vehicle_types: undefined });
    const [reading] = readingsOf(await sourceAt(server).poll(at, never));
    expect(reading).toMatchObject({ bikes: 3, mechanical: null, ebike: null });
  });

  test("keeps an unknown licence while its system_information is not served", async () => {
    await using server = await serveNetwork({ ...network, system_information: undefined });
    const source = sourceAt(server);
    expect(readingsOf(await source.poll(at, never))).toHaveLength(1);
    expect(source.attribution.licence).toMatch(/^unknown/);
  });

  test("is asked again where its status lies once that is gone", async () => {
    const bodies: Record<string, unknown> = { ...network };
    await using server = await serveNetwork(bodies);
    const source = sourceAt(server);
    await source.poll(at, never);
    bodies.station_status = undefined;
    await expect(source.poll(at + 1000, never)).rejects.toMatchObject({ status: 404 });
    bodies.station_status = status;
    asked(server);
    await source.poll(at + 2000, never);
    expect(asked(server)).toEqual(["gbfs", "station_status"]);
  });

  test.each([
    ["station_status", '{"data": {"stations": [{', "truncated-body"],
    ["station_status", { data: {} }, "unexpected-format"],
    ["station_information", "<html>", "unreadable-body"],
  ])("gives an unreadable poll for a broken %s: %j", async (name, body, reason) => {
    await using server = await serveNetwork({ ...network, [name]: body });
    expect(await sourceAt(server).poll(at, never)).toMatchObject({ at, reason });
  });
});

describeWithRecordings("real GBFS bodies", (dir) => {
  const body = (name: string) => gunzipSync(readFileSync(join(dir, "samples", name))).toString("utf8");

  test("Vélib's own: its public codes, its clock, its split, its information", async () => {
    await using server = await serveNetwork({
      station_status: body("velib-gbfs-station_status.2025-10-18.json.gz"),
      station_information: body("velib-gbfs-station_information.2025-10-18.json.gz"),
    });
    const source = sourceAt(server);
    const poll = await source.poll(at, never);
    const readings = readingsOf(poll);
    expect(readings[0]).toMatchObject({
      station: "16107",
      bikes: 5,
      mechanical: 1,
      ebike: 4,
      docks: 30,
      installed: true,
      reportedAt: 1760776294000,
    });
    expect(source.ttlMs).toBe(3_600_000);
    expect(poll).toMatchObject({ feedTime: 1760778556000 });
    if (!("readings" in poll)) throw new Error("unreadable");
    expect(poll.information?.get("40001")).toMatchObject({ name: "Hôpital Mondor", capacity: 28 });
    expect([readings.length, poll.information?.size]).toEqual([1495, 1495]);
    const uneven = readings.filter((r) => (r.mechanical ?? 0) + (r.ebike ?? 0) !== r.bikes);
    expect(uneven).toEqual([]);
  });

  test("Lyft's 1.x: flags 0 and 1, e-bikes within the bikes", async () => {
    await using server = await serveNetwork({
      station_status: body("baywheels-gbfs1-station_status.2023-07-19.json.gz"),
      station_information: network.station_information,
    });
    const readings = readingsOf(await sourceAt(server).poll(at, never));
    expect(readings[0]).toMatchObject({
      station: "003d58af-e449-4800-aa6d-eb1bba8ad68d",
      bikes: 15,
      mechanical: 11,
      ebike: 4,
      docks: 11,
      installed: true,
      reportedAt: 1689793606000,
    });
    expect(readings.filter(({ bikes }) => !Number.isInteger(bikes))).toEqual([]);
  });

  test("Oslo's 2.3: vehicle types and a closed station", async () => {
    const types = ["bike", "ebike"].map((id) => ({
      vehicle_type_id: id,
      form_factor: "bicycle",
      propulsion_type: id === "bike" ? "human" : "electric_assist",
    }));
    await using server = await serveNetwork({
      station_status: body("oslo-gbfs2.3-station_status.2025-03-31.json.gz"),
      station_information: network.station_information,
      vehicle_types: { data: { vehicle_types: types } },
    });
    const readings = readingsOf(await sourceAt(server).poll(at, never));
    expect(readings[1]).toMatchObject({ station: "5217", bikes: 5, mechanical: 5, ebike: 0, docks: 24 });
    expect(readings[2]).toMatchObject({ station: "5113", installed: false, renting: false, returning: false });
  });
});
