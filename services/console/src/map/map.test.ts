import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Station } from "../network/station.ts";
import { colourAt, lightScale } from "./occupancy-scale.ts";
import { serviceArea } from "./service-area.ts";
import { stationChanges, stationCollection } from "./station-features.ts";
import { type Cell, voronoiCells } from "./voronoi-cells.ts";

function station(code: string, fields: Partial<Station> = {}): Station {
  return {
    key: `paris:${code}`,
    source: "paris",
    station: code,
    name: null,
    lat: 48.85,
    lon: 2.35,
    capacity: 30,
    zone: "1",
    status: "open",
    bikes: 15,
    mechanical: null,
    ebike: null,
    docks: 15,
    occupancy: 0.5,
    changedAt: null,
    reportedAt: null,
    observedAt: null,
    absentSince: null,
    ...fields,
  };
}

function byKey(...stations: Station[]): Map<string, Station> {
  return new Map(stations.map((one) => [one.key, one]));
}

function area({ xs, ys }: Cell): number {
  return xs.reduce((sum, x, i) => {
    const j = (i + 1) % xs.length;
    return sum + (x * ys[j]! - xs[j]! * ys[i]!) / 2;
  }, 0);
}

describe("voronoi cells", () => {
  it("of two sites end at their bisector", () => {
    const [left, right] = voronoiCells([
      { x: 0, y: 0 },
      { x: 200, y: 0 },
    ]);

    expect(Math.max(...left!.xs)).toBeCloseTo(100, 6);
    expect(Math.min(...right!.xs)).toBeCloseTo(100, 6);
    expect(left!.neighbours.filter((neighbour) => neighbour === 1)).toHaveLength(1);
  });

  it("give one cell to sites at the same place", () => {
    const cells = voronoiCells([
      { x: 5, y: 5 },
      { x: 5, y: 5 },
    ]);

    expect(cells.map((cell) => cell.xs.length > 0)).toEqual([true, false]);
  });

  it("hold their own site, and only points that no other site is nearer to", () => {
    const coordinate = fc.integer({ min: 0, max: 2000 });
    const sites = fc.uniqueArray(fc.record({ x: coordinate, y: coordinate }), {
      minLength: 2,
      maxLength: 25,
      selector: (site) => `${site.x} ${site.y}`,
    });
    fc.assert(
      fc.property(sites, fc.record({ x: coordinate, y: coordinate }), (list, point) => {
        const distances = list.map((site) => Math.hypot(site.x - point.x, site.y - point.y));
        const nearest = Math.min(...distances);

        voronoiCells(list).forEach((cell, i) => {
          expect(area(cell)).toBeGreaterThan(0);
          expect(inside(cell, list[i]!)).toBe(true);
          if (inside(cell, point)) expect(distances[i]).toBeLessThanOrEqual(nearest + 1e-6);
        });
      }),
    );
  });
});

/** Strictly inside: a millimetre from every edge. */
function inside({ xs, ys }: Cell, point: { x: number; y: number }): boolean {
  return xs.every((x, i) => {
    const j = (i + 1) % xs.length;
    const ex = xs[j]! - x;
    const ey = ys[j]! - ys[i]!;
    const length = Math.hypot(ex, ey);
    return length < 1e-9 || (ex * (point.y - ys[i]!) - ey * (point.x - x)) / length > 1e-3;
  });
}

describe("the service area", () => {
  it("has one zone feature and one label per zone, and a border between neighbours", () => {
    const stations = [station("1"), station("2", { lon: 2.354, zone: "2" }), station("3", { lat: 48.852 })];

    const { zones, labels, borders } = serviceArea(stations);

    expect(zones.features.map((zone) => zone.properties.key).sort()).toEqual(["paris:1", "paris:2"]);
    expect(labels.features).toHaveLength(2);
    expect(borders.features.find((line) => !line.properties.coast)?.geometry.coordinates.length).toBeGreaterThan(0);
  });

  it("is empty without positions", () => {
    expect(serviceArea([station("1", { lat: null, lon: null })]).zones.features).toEqual([]);
  });
});

describe("station features", () => {
  it.each([
    ["filled by its occupancy", {}, { mark: "filled", occupancy: 0.5, label: "15" }],
    ["closed, whatever it counts", { status: "closed" }, { mark: "closed", label: "" }],
    ["unknown, not empty", { status: "unknown", bikes: null, occupancy: null }, { mark: "unknown", label: "" }],
    ["hollow without any place", { bikes: 0, docks: 0, occupancy: null }, { mark: "hollow", label: "0" }],
    ["restricted when it does not rent", { status: "not_renting" }, { mark: "filled", restricted: true }],
  ] as const)("draw a station %s", (_, fields, properties) => {
    const { features } = stationCollection(byKey(station("1", fields)));

    expect(features[0]?.properties).toMatchObject(properties);
  });

  it("are updated only where a station is another object", () => {
    const same = station("1");
    const drawn = byKey(same, station("2"), station("3"));
    const next = byKey(same, station("2", { bikes: 1 }), station("4"));

    const changes = stationChanges(drawn, next);

    expect(changes.update.map((update) => update.id)).toEqual(["paris:2"]);
    expect(changes.add.map((feature) => feature.properties.key)).toEqual(["paris:4"]);
    expect(changes.remove).toEqual(["paris:3"]);
  });

  it("appear and go with a station's position", () => {
    const placed = byKey(station("1"));
    const lost = byKey(station("1", { lat: null, lon: null }));

    expect(stationChanges(placed, lost).remove).toEqual(["paris:1"]);
    expect(stationChanges(lost, placed).add).toHaveLength(1);
  });
});

describe("the occupancy scale", () => {
  it.each([
    [0, "#c2410c"],
    [1, "#12489c"],
    [1.2, "#12489c"],
    [0.25, "color-mix(in srgb, #e8bd7d 50%, #e67a2e)"],
  ])("at %d is %s", (occupancy, colour) => {
    expect(colourAt(lightScale, occupancy)).toBe(colour);
  });
});
