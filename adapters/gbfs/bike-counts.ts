import { code, count, isObject, type JsonObject } from "../http/json-value.ts";
import type { VehicleKind, VehicleTypes } from "./vehicle-types.ts";

export interface BikeCounts {
  bikes: number | null;
  mechanical: number | null;
  ebike: number | null;
}

/**
 * The bikes of a row of station_status, in the ways networks say them:
 *
 * - `vehicle_types_available` (since 2.1) with the network's `vehicle_types.json`. Only bicycles and cargo bicycles
 *   count. A type that the network does not describe counts as a bicycle of unknown propulsion: the total holds, the
 *   split is unknown while one of these is there.
 * - `num_bikes_available_types`: an array of `{mechanical}` and `{ebike}` (Vélib) or one object with both (PBSC).
 * - `num_ebikes_available` (Lyft): part of `num_bikes_available`.
 *
 * The total is `num_bikes_available`, in 3.0 `num_vehicles_available`.
 */
export function bikeCounts(row: JsonObject, types: VehicleTypes | null): BikeCounts {
  const bikes = count(row.num_bikes_available ?? row.num_vehicles_available);
  const typed = types === null ? null : countsByKind(row.vehicle_types_available, types);
  if (typed !== null) return ofKinds(bikes, typed);
  if (row.num_bikes_available_types !== undefined && row.num_bikes_available_types !== null) {
    return { bikes, ...namedCounts(row.num_bikes_available_types) };
  }
  return { bikes, ...electricPart(bikes, count(row.num_ebikes_available)) };
}

type CountsByKind = Record<VehicleKind, number>;

/** Null when the list is absent, empty or not one of whole counts: then it says nothing. */
function countsByKind(list: unknown, types: VehicleTypes): CountsByKind | null {
  if (!Array.isArray(list) || list.length === 0) return null;
  const counts: CountsByKind = { mechanical: 0, ebike: 0, bike: 0, other: 0 };
  for (const entry of list) {
    const id = isObject(entry) ? code(entry.vehicle_type_id) : null;
    const number = isObject(entry) ? entry.count : null;
    if (id === null || typeof number !== "number" || !Number.isInteger(number) || number < 0) return null;
    counts[types.get(id) ?? "bike"] += number;
  }
  return counts;
}

/**
 * The list is to add up to the total (GBFS 2.1, station_status); with scooters among it, some networks' total is of
 * all vehicles and some networks' of the bikes. A list that adds up to neither gives no split.
 */
function ofKinds(total: number | null, { mechanical, ebike, bike, other }: CountsByKind): BikeCounts {
  const listed = mechanical + ebike + bike;
  if (total !== null && total !== listed && total !== listed + other) {
    return { bikes: total, mechanical: null, ebike: null };
  }
  if (bike > 0) return { bikes: listed, mechanical: null, ebike: null };
  return { bikes: listed, mechanical, ebike };
}

function namedCounts(types: unknown): { mechanical: number | null; ebike: number | null } {
  const parts = (Array.isArray(types) ? types : [types]).filter(isObject);
  const named = (name: string) => count(parts.find((part) => name in part)?.[name]);
  return { mechanical: named("mechanical"), ebike: named("ebike") };
}

function electricPart(bikes: number | null, ebike: number | null): { mechanical: number | null; ebike: number | null } {
  if (bikes === null || ebike === null || !(ebike >= 0 && ebike <= bikes)) return { mechanical: null, ebike: null };
  return { mechanical: bikes - ebike, ebike };
}
