import type { Static } from "typebox";
import { Type } from "typebox";
import { isStationKnown } from "../../../core/freshness/known-station.ts";
import type { Content } from "../../../core/observation/observation.ts";
import { places } from "../../../core/observation/observation.ts";
import type { StationState } from "../../../core/state/station-state.ts";
import type { SourceEntry } from "../source-directory.ts";
import { presentOf } from "../source-directory.ts";
import { isoTime, nullableInteger, nullableNumber, nullableText, nullableTime, oneOf } from "./scalars.ts";

export const stationStatuses = ["open", "not_renting", "not_returning", "closed", "unknown"] as const;
export type StationStatus = (typeof stationStatuses)[number];

export const stationFields = {
  source: Type.String(),
  station: Type.String({ description: "The network's own code of the station" }),
  name: nullableText(),
  lat: nullableNumber({ description: "WGS 84 degrees" }),
  lon: nullableNumber({ description: "WGS 84 degrees" }),
  capacity: nullableInteger({ description: "Null when the network never told it" }),
  zone: nullableText(),
  status: oneOf(stationStatuses, {
    description:
      "closed: not installed, or neither rents nor takes bikes; unknown: never observed, missing from the polls for longer than an observation holds, or its source's polls stopped",
  }),
  bikes: nullableInteger({ description: "Null when the status is unknown, as are the counts below; never 0 then" }),
  mechanical: nullableInteger({ description: "Null also when the network does not tell the split of its bikes" }),
  ebike: nullableInteger({ description: "Null also when the network does not tell the split of its bikes" }),
  docks: nullableInteger({ description: "Free docks" }),
  occupancy: nullableNumber({ description: "bikes / max(capacity, bikes + docks); null when that is 0" }),
  changed_at: nullableTime({ description: "Poll at which the counts and flags were first seen" }),
  reported_at: nullableTime({ description: "The station's own timestamp" }),
  observed_at: nullableTime({ description: "Newest poll it was observed at; null while the polls miss it" }),
  absent_since: nullableTime({ description: "First poll that missed it; null while it is observed" }),
};

export const Station = Type.Object(stationFields, { $id: "Station", additionalProperties: false });
export type Station = Static<typeof Station>;

/** A station as the API shows it at `now` (ms). */
export function stationView(state: StationState, source: SourceEntry, now: number): Station {
  const known = isStationKnown(state, source.state, presentOf(source, now));
  const content = known ? state.content : null;
  const observed = state.content !== null && state.absentSince === null;
  return {
    source: state.source,
    station: state.station,
    name: state.name,
    lat: state.lat,
    lon: state.lon,
    capacity: state.capacity,
    zone: state.zone,
    status: content === null ? "unknown" : statusOf(content),
    bikes: content?.bikes ?? null,
    mechanical: content?.mechanical ?? null,
    ebike: content?.ebike ?? null,
    docks: content?.docks ?? null,
    occupancy: content === null ? null : occupancy(content, state.capacity),
    changed_at: isoTime(state.changedAt),
    reported_at: isoTime(state.reportedAt),
    observed_at: observed ? isoTime(source.state?.lastPollAt ?? null) : null,
    absent_since: isoTime(state.absentSince),
  };
}

function statusOf({ installed, renting, returning }: Content): StationStatus {
  if (!installed || (!renting && !returning)) return "closed";
  if (!renting) return "not_renting";
  return returning ? "open" : "not_returning";
}

function occupancy(content: Content, capacity: number | null): number | null {
  const all = places({ ...content, capacity });
  return all === 0 ? null : content.bikes / all;
}
