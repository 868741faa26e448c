import type { Station } from "./station.ts";
import { inService } from "./station.ts";

/** Sums over the stations in service. A sum of which nothing is known is null. */
export interface Totals {
  stations: number;
  closed: number;
  unknown: number;
  bikes: number | null;
  mechanical: number | null;
  ebike: number | null;
  docks: number | null;
}

export function totals(stations: Iterable<Station>): Totals {
  const sum: Totals = { stations: 0, closed: 0, unknown: 0, bikes: null, mechanical: null, ebike: null, docks: null };
  for (const station of stations) {
    sum.stations++;
    if (station.status === "closed") sum.closed++;
    if (station.status === "unknown") sum.unknown++;
    if (!inService(station)) continue;
    sum.bikes = plus(sum.bikes, station.bikes);
    sum.mechanical = plus(sum.mechanical, station.mechanical);
    sum.ebike = plus(sum.ebike, station.ebike);
    sum.docks = plus(sum.docks, station.docks);
  }
  return sum;
}

function plus(sum: number | null, value: number | null): number | null {
  return value === null ? sum : (sum ?? 0) + value;
}
