import type { ObservationRecord } from "../../log/record.ts";
import { sameContent } from "../../observation/observation.ts";
import type { StationWindow } from "../station-window.ts";
import type { WindowSettings } from "../window-engine.ts";
import type { ZoneWindow } from "../zone-window.ts";
import type { AggregatedRecord } from "./records.ts";
import type { Tables } from "./tables.ts";

/** A stretch [from, to) of time. */
interface Stretch {
  from: number;
  to: number;
}

/** An observation and the stretch on which it holds. */
interface Held extends Stretch {
  observation: ObservationRecord;
  changed: boolean;
}

/** A stretch in which a station counts into a zone. */
interface Membership extends Stretch {
  zone: string | null;
}

interface Station {
  source: string;
  station: string;
  held: Held[];
  memberships: Membership[];
}

/** What was held, cut to a window. */
interface Piece {
  observation: ObservationRecord;
  ms: number;
  reachesEnd: boolean;
}

/**
 * The windows as DESIGN defines them, computed the slow way from *every* observation and absence of every poll: the
 * intervals on which they hold, cut by each window, summed. Shares nothing with the engine but the records' types.
 */
export function naiveWindows(records: readonly AggregatedRecord[], settings: WindowSettings): Tables {
  const tables: Tables = { stations: [], zones: [] };
  for (const source of new Set(records.map((record) => record.source).sort())) {
    const own = records.filter((record) => record.source === source);
    const stations = stationsOf(own);
    const starts = windowStarts(own, settings);
    for (const station of stations) {
      tables.stations.push(...starts.flatMap((start) => stationWindow(station, start, settings.lengthMs) ?? []));
    }
    const zones = new Set(stations.flatMap(({ memberships }) => memberships.map(({ zone }) => zone)));
    for (const zone of [...zones].filter((name) => name !== null).sort()) {
      tables.zones.push(
        ...starts.flatMap((start) => zoneWindow(source, zone, stations, start, settings.lengthMs) ?? []),
      );
    }
  }
  return tables;
}

/** Starts of the windows whose end + lateness the newest marker has reached. */
function windowStarts(records: readonly AggregatedRecord[], { lengthMs, latenessMs }: WindowSettings): number[] {
  const markers = records.filter((record) => record.kind === "poll" || record.kind === "end");
  const newest = Math.max(...markers.map(({ at }) => at));
  const oldest = Math.min(...records.map(({ at }) => at));
  const starts: number[] = [];
  for (let start = oldest - (oldest % lengthMs); start + lengthMs + latenessMs <= newest; start += lengthMs) {
    starts.push(start);
  }
  return starts;
}

function stationsOf(records: readonly AggregatedRecord[]): Station[] {
  const holds = new Map(records.flatMap((record) => (record.kind === "poll" ? [[record.at, record.holdMs]] : [])));
  const keyed = records.filter((record) => record.kind !== "poll" && record.kind !== "end");
  const names = new Set(keyed.map(({ station }) => station).sort());
  return [...names].map((name) => {
    const own = keyed.filter(({ station }) => station === name).toSorted((a, b) => a.at - b.at);
    const observations = own.filter((record) => record.kind !== "absent");
    const held = observations.map((observation, i) => {
      const { at } = observation;
      const next = observations[i + 1]?.at ?? Number.POSITIVE_INFINITY;
      const before = observations[i - 1];
      return {
        observation,
        from: at,
        to: Math.min(next, at + (holds.get(at) ?? 0)),
        changed: before === undefined || !sameContent(before, observation),
      };
    });
    const memberships = own.map(({ at, zone }, i) => ({
      zone,
      from: at,
      to: own[i + 1]?.at ?? Number.POSITIVE_INFINITY,
    }));
    return { source: own[0]?.source ?? "", station: name, held, memberships };
  });
}

function stationWindow({ source, station, held }: Station, start: number, lengthMs: number): StationWindow | null {
  const window = { from: start, to: start + lengthMs };
  const pieces = cut(held, window);
  const knownMs = sum(pieces, () => 1);
  if (knownMs === 0) return null;
  const withSplit = pieces.filter(({ observation }) => observation.mechanical !== null);
  const withPlaces = pieces.filter(({ observation }) => placesOf(observation) > 0);
  const last = pieces.find(({ reachesEnd }) => reachesEnd)?.observation;
  const bikes = pieces.map(({ observation }) => observation.bikes);
  const docks = pieces.map(({ observation }) => observation.docks);
  return {
    source,
    station,
    start,
    end: start + lengthMs,
    mechanicalMean: ratio(
      sum(withSplit, (o) => o.mechanical ?? 0),
      sum(withSplit, () => 1),
    ),
    ebikeMean: ratio(
      sum(withSplit, (o) => o.ebike ?? 0),
      sum(withSplit, () => 1),
    ),
    bikesMean: sum(pieces, (o) => o.bikes) / knownMs,
    docksMean: sum(pieces, (o) => o.docks) / knownMs,
    occupancyMean: ratio(
      sum(withPlaces, (o) => o.bikes / placesOf(o)),
      sum(withPlaces, () => 1),
    ),
    bikesMin: Math.min(...bikes),
    bikesMax: Math.max(...bikes),
    bikesLast: last?.bikes ?? null,
    docksMin: Math.min(...docks),
    docksMax: Math.max(...docks),
    docksLast: last?.docks ?? null,
    coverage: knownMs / lengthMs,
    changes: held.filter(({ changed, from }) => changed && contains(window, from)).length,
  };
}

function zoneWindow(
  source: string,
  zone: string,
  stations: readonly Station[],
  start: number,
  lengthMs: number,
): ZoneWindow | null {
  const window = { from: start, to: start + lengthMs };
  const stays = stations.map((station) => {
    const own = station.memberships.filter((membership) => membership.zone === zone && overlap(membership, window) > 0);
    return { station, own };
  });
  const perStation = stays.map(({ station, own }) =>
    own
      .flatMap((membership) => cut(station.held, intersection(membership, window)))
      .filter(({ observation }) => observation.installed),
  );
  const pieces = perStation.flat();
  const knownMs = sum(pieces, () => 1);
  if (knownMs === 0) return null;
  const withSplit = pieces.filter(({ observation }) => observation.mechanical !== null);
  const bikesMean = sum(pieces, (o) => o.bikes) / knownMs;
  const known = perStation.filter((own) => own.length > 0).length;
  const changes = stays.flatMap(({ station, own }) =>
    station.held.filter(
      ({ changed, from, observation }) =>
        changed &&
        observation.installed &&
        contains(window, from) &&
        own.some((membership) => contains(membership, from)),
    ),
  );
  return {
    source,
    zone,
    start,
    end: start + lengthMs,
    mechanicalMean: ratio(
      sum(withSplit, (o) => o.mechanical ?? 0),
      sum(withSplit, () => 1),
    ),
    ebikeMean: ratio(
      sum(withSplit, (o) => o.ebike ?? 0),
      sum(withSplit, () => 1),
    ),
    bikesMean,
    docksMean: sum(pieces, (o) => o.docks) / knownMs,
    occupancyMean: ratio(
      sum(pieces, (o) => o.bikes),
      sum(pieces, placesOf),
    ),
    stations: known,
    bikesTotal: bikesMean * known,
    coverage: knownMs / (stays.filter(({ own }) => own.length > 0).length * lengthMs),
    changes: changes.length,
  };
}

function cut(held: readonly Held[], window: Stretch): Piece[] {
  return held
    .map((one) => ({
      observation: one.observation,
      ms: overlap(one, window),
      reachesEnd: one.from < window.to && one.to >= window.to,
    }))
    .filter(({ ms }) => ms > 0);
}

function intersection(a: Stretch, b: Stretch): Stretch {
  return { from: Math.max(a.from, b.from), to: Math.min(a.to, b.to) };
}

function overlap(a: Stretch, b: Stretch): number {
  const { from, to } = intersection(a, b);
  return Math.max(0, to - from);
}

function contains({ from, to }: Stretch, t: number): boolean {
  return from <= t && t < to;
}

/** ∫ value dt. */
function sum(pieces: readonly Piece[], value: (observation: ObservationRecord) => number): number {
  let total = 0;
  for (const { observation, ms } of pieces) total += value(observation) * ms;
  return total;
}

function ratio(numerator: number, denominator: number): number | null {
  return denominator === 0 ? null : numerator / denominator;
}

function placesOf({ capacity, bikes, docks }: ObservationRecord): number {
  return Math.max(capacity ?? 0, bikes + docks);
}
