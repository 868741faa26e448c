import type { Source, Station } from "./station.ts";

export type Stations = ReadonlyMap<string, Station>;

/**
 * The stations after a full state. A station that did not change keeps its object, so that whoever draws it can
 * tell by identity what to redraw.
 */
export function replaceStations(known: Stations, received: readonly Station[]): Stations {
  const next = new Map<string, Station>();
  for (const station of received) next.set(station.key, settled(known, station));
  return next;
}

/** The stations after differences. */
export function mergeStations(known: Stations, received: readonly Station[]): Stations {
  const next = new Map(known);
  for (const station of received) next.set(station.key, settled(known, station));
  return next;
}

/** The sources after differences, in their first order. */
export function mergeSources(known: readonly Source[], received: readonly Source[]): readonly Source[] {
  const byName = new Map(known.map((source) => [source.name, source]));
  for (const source of received) byName.set(source.name, source);
  return [...byName.values()];
}

function settled(known: Stations, station: Station): Station {
  const before = known.get(station.key);
  return before !== undefined && sameStation(before, station) ? before : station;
}

/** `observedAt` moves with every poll that finds the station: alone it is no difference (the API says so too). */
function sameStation(a: Station, b: Station): boolean {
  return (
    a.bikes === b.bikes &&
    a.mechanical === b.mechanical &&
    a.ebike === b.ebike &&
    a.docks === b.docks &&
    a.status === b.status &&
    a.occupancy === b.occupancy &&
    a.changedAt === b.changedAt &&
    a.reportedAt === b.reportedAt &&
    a.absentSince === b.absentSince &&
    a.name === b.name &&
    a.zone === b.zone &&
    a.capacity === b.capacity &&
    a.lat === b.lat &&
    a.lon === b.lon
  );
}
