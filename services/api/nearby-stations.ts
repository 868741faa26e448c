import type { Station } from "./schema/station.ts";

export const needs = ["bike", "ebike", "mechanical", "dock"] as const;
export type Need = (typeof needs)[number];

export const passedOverReasons = ["empty", "no_ebike", "no_mechanical", "full"] as const;
export type PassedOverReason = (typeof passedOverReasons)[number];

/** How many of what is needed the station has for sure; null when that is not known. */
export function available(station: Station, need: Need): number | null {
  if (need === "dock") return station.docks;
  return need === "bike" ? station.bikes : station[need];
}

/** Whether one may take a bike here, or bring one back. False when the status is unknown. */
export function serves(station: Station, need: Need): boolean {
  if (station.status === "open") return true;
  return station.status === (need === "dock" ? "not_renting" : "not_returning");
}

/** Stations with a distance, nearest first. */
type Ranked<T> = readonly { item: T; distanceM: number }[];

/**
 * From stations by distance: the nearest `limit` that serve the need and have one, and the nearest serving station
 * if it has none (an unknown split of the bikes is no reason to name it). Closed and unknown stations are neither.
 */
export function chooseNearby<T extends Station>(ranked: Ranked<T>, need: Need, limit: number) {
  const serving = ranked.filter(({ item }) => serves(item, need));
  const nearest = serving[0];
  const lacking = nearest !== undefined && available(nearest.item, need) === 0;
  return {
    passedOver: lacking ? { ...nearest, reason: lackOf(nearest.item, need) } : null,
    chosen: serving.filter(({ item }) => (available(item, need) ?? 0) > 0).slice(0, limit),
  };
}

function lackOf(station: Station, need: Need): PassedOverReason {
  if (need === "dock") return "full";
  if (need === "bike" || station.bikes === 0) return "empty";
  return need === "ebike" ? "no_ebike" : "no_mechanical";
}
