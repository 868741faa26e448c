import type { Static } from "typebox";
import { Type } from "typebox";
import type { StationWindow as CoreStationWindow } from "../../../core/windows/station-window.ts";
import type { ZoneWindow as CoreZoneWindow } from "../../../core/windows/zone-window.ts";
import { isoTime, nullableInteger, nullableNumber, time } from "./scalars.ts";

const means = {
  start: time({ description: "The window is [start, end)" }),
  end: time(),
  mechanical_mean: nullableNumber({ description: "Time-weighted mean; null when the split of the bikes is unknown" }),
  ebike_mean: nullableNumber({ description: "Time-weighted mean; null when the split of the bikes is unknown" }),
  bikes_mean: Type.Number({ description: "Time-weighted mean over the known time" }),
  docks_mean: Type.Number({ description: "Time-weighted mean over the known time" }),
  occupancy_mean: nullableNumber({ description: "bikes / max(capacity, bikes + docks)" }),
};

const coverage = Type.Number({ description: "Share of the window in which the state was known, 0 to 1" });
const changes = Type.Integer({ description: "Content changes with poll time in the window" });

export const StationWindow = Type.Object(
  {
    ...means,
    bikes_min: Type.Integer(),
    bikes_max: Type.Integer(),
    bikes_last: nullableInteger({ description: "Just before the window's end; null when unknown then" }),
    docks_min: Type.Integer(),
    docks_max: Type.Integer(),
    docks_last: nullableInteger({ description: "Just before the window's end; null when unknown then" }),
    coverage,
    changes,
  },
  { $id: "StationWindow", additionalProperties: false },
);
export type StationWindow = Static<typeof StationWindow>;

export const ZoneWindow = Type.Object(
  {
    source: Type.String(),
    zone: Type.String(),
    ...means,
    coverage,
    changes,
    stations: Type.Integer({ description: "Installed stations with known time in the window" }),
    bikes_total: Type.Number({ description: "bikes_mean × stations" }),
  },
  {
    $id: "ZoneWindow",
    additionalProperties: false,
    description: "The average installed station of the zone; bikes_total is the whole zone",
  },
);
export type ZoneWindow = Static<typeof ZoneWindow>;

export function stationWindowView(window: CoreStationWindow): StationWindow {
  return {
    ...meansView(window),
    bikes_min: window.bikesMin,
    bikes_max: window.bikesMax,
    bikes_last: window.bikesLast,
    docks_min: window.docksMin,
    docks_max: window.docksMax,
    docks_last: window.docksLast,
    coverage: window.coverage,
    changes: window.changes,
  };
}

export function zoneWindowView(window: CoreZoneWindow): ZoneWindow {
  return {
    source: window.source,
    zone: window.zone,
    ...meansView(window),
    coverage: window.coverage,
    changes: window.changes,
    stations: window.stations,
    bikes_total: window.bikesTotal,
  };
}

function meansView(window: CoreStationWindow | CoreZoneWindow) {
  return {
    start: isoTime(window.start),
    end: isoTime(window.end),
    mechanical_mean: window.mechanicalMean,
    ebike_mean: window.ebikeMean,
    bikes_mean: window.bikesMean,
    docks_mean: window.docksMean,
    occupancy_mean: window.occupancyMean,
  };
}
