import type { Feature, FeatureCollection, MultiLineString, MultiPolygon, Point, Position } from "geojson";
import type { Station } from "../network/station.ts";
import { stationKey, zoneTitle } from "../network/station.ts";
import type { Cell, SitePoint } from "./voronoi-cells.ts";
import { voronoiCells } from "./voronoi-cells.ts";

/**
 * A base map from the stations alone, so that the page needs no tiles: each zone is the ground that is nearest to
 * its stations and within their reach.
 */
export interface ServiceArea {
  zones: FeatureCollection<MultiPolygon, ZoneProperties>;
  borders: FeatureCollection<MultiLineString, { coast: boolean }>;
  labels: FeatureCollection<Point, ZoneProperties>;
}

export interface ZoneProperties {
  /** `source:zone`; `source:` for stations without a zone. */
  key: string;
  name: string;
  /** The name where there is room to say that it is a zone. */
  title: string;
}

/** Metres per degree of latitude on a sphere of the Earth's mean radius. */
const metresPerDegree = 111_195;

/** The area of all networks; each is computed apart, as they may lie continents apart. */
export function serviceArea(stations: Iterable<Station>): ServiceArea {
  const bySource = Map.groupBy(stations, (station) => station.source);
  const area: ServiceArea = { zones: collection([]), borders: collection([]), labels: collection([]) };
  for (const [source, members] of bySource) addSource(area, source, members);
  return area;
}

function addSource(area: ServiceArea, source: string, stations: readonly Station[]): void {
  const placed = stations.filter((station) => station.lat !== null && station.lon !== null);
  if (placed.length === 0) return;
  const lat0 = placed.reduce((sum, station) => sum + station.lat!, 0) / placed.length;
  const lon0 = placed.reduce((sum, station) => sum + station.lon!, 0) / placed.length;
  const metresPerLon = metresPerDegree * Math.cos((lat0 * Math.PI) / 180);
  const points: SitePoint[] = placed.map((station) => ({
    x: (station.lon! - lon0) * metresPerLon,
    y: (station.lat! - lat0) * metresPerDegree,
  }));
  const toPosition = (x: number, y: number): Position => [lon0 + x / metresPerLon, lat0 + y / metresPerDegree];

  const cells = voronoiCells(points);
  const polygons = new Map<string, Position[][][]>();
  const inner: Position[][] = [];
  const coast: Position[][] = [];
  cells.forEach((cell, i) => {
    if (cell.xs.length < 3) return;
    const zone = placed[i]!.zone ?? "";
    const rings = polygons.get(zone) ?? [];
    rings.push([closedRing(cell, toPosition)]);
    polygons.set(zone, rings);
    cell.neighbours.forEach((neighbour, edge) => {
      const next = (edge + 1) % cell.xs.length;
      const line = [toPosition(cell.xs[edge]!, cell.ys[edge]!), toPosition(cell.xs[next]!, cell.ys[next]!)];
      if (neighbour === -1) coast.push(line);
      else if (neighbour > i && (placed[neighbour]!.zone ?? "") !== zone) inner.push(line);
    });
  });

  for (const [zone, coordinates] of polygons) {
    const properties = { key: stationKey(source, zone), name: zone, title: zoneTitle(zone) };
    area.zones.features.push({ type: "Feature", properties, geometry: { type: "MultiPolygon", coordinates } });
    if (zone === "") continue;
    const members = points.map((_, i) => i).filter((i) => placed[i]!.zone === zone);
    const { x, y } = labelPoint(members, points, cells);
    const geometry: Point = { type: "Point", coordinates: toPosition(x, y) };
    area.labels.features.push({ type: "Feature", properties, geometry });
  }
  area.borders.features.push(lines(inner, false), lines(coast, true));
}

/**
 * Where the zone's name stands: of its cells' corners (each as far from its stations as can be, so that the name
 * covers none of them) the one that is clear of stations and near the zone's middle.
 */
function labelPoint(members: readonly number[], points: readonly SitePoint[], cells: readonly Cell[]): SitePoint {
  const x = members.reduce((sum, i) => sum + points[i]!.x, 0) / members.length;
  const y = members.reduce((sum, i) => sum + points[i]!.y, 0) / members.length;
  let best = { x, y };
  let highest = Number.NEGATIVE_INFINITY;
  for (const i of members) {
    const cell = cells[i]!;
    for (const [corner, cx] of cell.xs.entries()) {
      const cy = cell.ys[corner]!;
      const clearance = Math.hypot(cx - points[i]!.x, cy - points[i]!.y);
      const score = clearance - Math.hypot(cx - x, cy - y) / 2;
      if (score <= highest) continue;
      highest = score;
      best = { x: cx, y: cy };
    }
  }
  return best;
}

function closedRing(cell: Cell, toPosition: (x: number, y: number) => Position): Position[] {
  const ring = cell.xs.map((x, i) => toPosition(x, cell.ys[i]!));
  ring.push(ring[0]!);
  return ring;
}

function lines(coordinates: Position[][], coast: boolean): Feature<MultiLineString, { coast: boolean }> {
  return { type: "Feature", properties: { coast }, geometry: { type: "MultiLineString", coordinates } };
}

function collection<T extends Feature>(features: T[]): { type: "FeatureCollection"; features: T[] } {
  return { type: "FeatureCollection", features };
}
