import type { StationWindow } from "../../core/windows/station-window.ts";
import type { ZoneWindow } from "../../core/windows/zone-window.ts";

export type CellType = "text" | "time" | "number" | "integer";

/** A column of a results table: its name, its type, and its value in a window. Times are ms. */
export interface Column<Row> {
  name: string;
  type: CellType;
  value: (row: Row) => string | number | null;
}

export const stationColumns: readonly Column<StationWindow>[] = [
  { name: "source", type: "text", value: (w) => w.source },
  { name: "station", type: "text", value: (w) => w.station },
  { name: "start", type: "time", value: (w) => w.start },
  { name: "end", type: "time", value: (w) => w.end },
  { name: "mechanical_mean", type: "number", value: (w) => w.mechanicalMean },
  { name: "ebike_mean", type: "number", value: (w) => w.ebikeMean },
  { name: "bikes_mean", type: "number", value: (w) => w.bikesMean },
  { name: "docks_mean", type: "number", value: (w) => w.docksMean },
  { name: "occupancy_mean", type: "number", value: (w) => w.occupancyMean },
  { name: "bikes_min", type: "integer", value: (w) => w.bikesMin },
  { name: "bikes_max", type: "integer", value: (w) => w.bikesMax },
  { name: "bikes_last", type: "integer", value: (w) => w.bikesLast },
  { name: "docks_min", type: "integer", value: (w) => w.docksMin },
  { name: "docks_max", type: "integer", value: (w) => w.docksMax },
  { name: "docks_last", type: "integer", value: (w) => w.docksLast },
  { name: "coverage", type: "number", value: (w) => w.coverage },
  { name: "changes", type: "integer", value: (w) => w.changes },
];

export const zoneColumns: readonly Column<ZoneWindow>[] = [
  { name: "source", type: "text", value: (w) => w.source },
  { name: "zone", type: "text", value: (w) => w.zone },
  { name: "start", type: "time", value: (w) => w.start },
  { name: "end", type: "time", value: (w) => w.end },
  { name: "mechanical_mean", type: "number", value: (w) => w.mechanicalMean },
  { name: "ebike_mean", type: "number", value: (w) => w.ebikeMean },
  { name: "bikes_mean", type: "number", value: (w) => w.bikesMean },
  { name: "docks_mean", type: "number", value: (w) => w.docksMean },
  { name: "occupancy_mean", type: "number", value: (w) => w.occupancyMean },
  { name: "stations", type: "integer", value: (w) => w.stations },
  { name: "bikes_total", type: "number", value: (w) => w.bikesTotal },
  { name: "coverage", type: "number", value: (w) => w.coverage },
  { name: "changes", type: "integer", value: (w) => w.changes },
];

/** ISO 8601 UTC to the second (`2024-11-08T15:00:00Z`), with milliseconds only where there are any. */
export function isoTime(ms: number): string {
  const text = new Date(ms).toISOString();
  return ms % 1000 === 0 ? `${text.slice(0, 19)}Z` : text;
}
