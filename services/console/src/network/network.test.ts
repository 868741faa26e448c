import { describe, expect, it } from "vitest";
import { mergeSources, mergeStations, replaceStations } from "./merge.ts";
import { zoneTitle } from "./station.ts";
import { matchingStations, sortedStations } from "./station-search.ts";
import { totals } from "./totals.ts";
import { parseHistory, parseLiveMessage } from "./wire.ts";

function row(station: string, fields: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    source: "paris",
    station,
    name: `Place ${station}`,
    lat: 48.8,
    lon: 2.3,
    capacity: 30,
    zone: "11",
    status: "open",
    bikes: 10,
    mechanical: 6,
    ebike: 4,
    docks: 20,
    occupancy: 1 / 3,
    changed_at: "2024-11-08T15:00:00.000Z",
    reported_at: null,
    observed_at: "2024-11-08T15:05:00.000Z",
    absent_since: null,
    ...fields,
  };
}

function stationsOf(...rows: Record<string, unknown>[]) {
  return parseLiveMessage(JSON.stringify({ stations: rows, sources: [] }), 0).stations;
}

const unknown = { status: "unknown", bikes: null, mechanical: null, ebike: null, docks: null, occupancy: null };

describe("a live message", () => {
  it("keeps what is not known as null", () => {
    const [station] = stationsOf(row("1", unknown));

    expect(station).toMatchObject({ status: "unknown", bikes: null, docks: null, occupancy: null });
  });

  it("takes a status it does not know for unknown", () => {
    expect(stationsOf(row("1", { status: "flooded" }))[0]?.status).toBe("unknown");
  });

  it("leaves out an element without a station and keeps the others", () => {
    expect(stationsOf({ source: "paris" }, row("2")).map((station) => station.key)).toEqual(["paris:2"]);
  });

  it("makes no link of an address that is not of the web", () => {
    const attribution = { text: "T", licence: "L", url: "javascript:alert(1)" };
    const body = JSON.stringify({ stations: [], sources: [{ name: "paris", attribution }] });

    expect(parseLiveMessage(body, 0).sources[0]?.attribution).toEqual({ text: "T", licence: "L", url: null });
  });
});

describe("history from the API", () => {
  it("reads times as milliseconds", () => {
    const window = {
      start: "2024-11-08T15:00:00.000Z",
      end: "2024-11-08T15:03:00.000Z",
      bikes_mean: 4.5,
      docks_mean: 3,
    };

    const [parsed] = parseHistory({ windows: [{ ...window, bikes_min: 4, bikes_max: 5, coverage: 1 }] });

    expect(parsed).toMatchObject({ start: Date.UTC(2024, 10, 8, 15), bikesMean: 4.5, ebikeMean: null });
  });
});

describe("stations in memory", () => {
  it("keep their object while nothing but the time of observation moves", () => {
    const known = replaceStations(new Map(), stationsOf(row("1"), row("2")));

    const next = replaceStations(
      known,
      stationsOf(row("1", { observed_at: "2024-11-08T15:06:00.000Z" }), row("2", { bikes: 9 })),
    );

    expect(next.get("paris:1")).toBe(known.get("paris:1"));
    expect(next.get("paris:2")?.bikes).toBe(9);
  });

  it("go when a full state does not have them, and stay when differences do not", () => {
    const known = replaceStations(new Map(), stationsOf(row("1"), row("2")));

    expect([...replaceStations(known, stationsOf(row("2"))).keys()]).toEqual(["paris:2"]);
    expect([...mergeStations(known, stationsOf(row("3"))).keys()]).toEqual(["paris:1", "paris:2", "paris:3"]);
  });

  it("leave sources in their order when one changes", () => {
    const sources = parseLiveMessage(JSON.stringify({ sources: [{ name: "a" }, { name: "b" }] }), 0).sources;
    const moved = parseLiveMessage(JSON.stringify({ sources: [{ name: "a", simulated: true }] }), 0).sources;

    expect(mergeSources(sources, moved).map((source) => [source.name, source.simulated])).toEqual([
      ["a", true],
      ["b", false],
    ]);
  });
});

describe("totals", () => {
  it("count closed and unknown stations apart and do not add their bikes", () => {
    const sum = totals(stationsOf(row("1"), row("2", { status: "closed" }), row("3", unknown)));

    expect(sum).toEqual({ stations: 3, closed: 1, unknown: 1, bikes: 10, mechanical: 6, ebike: 4, docks: 20 });
  });

  it("are not known while nothing is", () => {
    expect(totals(stationsOf(row("1", unknown))).bikes).toBeNull();
  });
});

describe("the station search", () => {
  const stations = sortedStations(
    stationsOf(row("10"), row("2"), row("3", { name: "Hôtel de Ville", zone: "Créteil" })),
  );

  it("sorts numbers within names by value", () => {
    expect(stations.map((station) => station.name)).toEqual(["Hôtel de Ville", "Place 2", "Place 10"]);
  });

  it.each([
    ["hotel VILLE", ["3"]],
    ["creteil", ["3"]],
    ["10", ["10"]],
    ["  ", ["3", "2", "10"]],
    ["nowhere", []],
  ])("finds by every word, accents and case aside: %s", (query, codes) => {
    expect(matchingStations(stations, query).map((station) => station.station)).toEqual(codes);
  });
});

describe("a station's code in the search", () => {
  it("comes before codes and names that only contain it", () => {
    const stations = stationsOf(row("16108", { name: "A" }), row("6108", { name: "B" }));

    expect(matchingStations(stations, "6108").map((station) => station.station)).toEqual(["6108", "16108"]);
  });
});

describe("a zone's name", () => {
  it("says that a number alone is a zone", () => {
    expect([zoneTitle("14"), zoneTitle("Créteil")]).toEqual(["Zone 14", "Créteil"]);
  });
});
