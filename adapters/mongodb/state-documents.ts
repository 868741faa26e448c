import type { Content } from "../../core/observation/observation.ts";
import type { SourceState } from "../../core/state/source-state.ts";
import type { StationState } from "../../core/state/station-state.ts";
import type { SourceStateDocument, StationStateDocument } from "./collections.ts";
import { orderKey } from "./order-key.ts";

/** Who writes: an older generation of a partition must not replace what a newer one wrote. */
export interface Writer {
  partition: number;
  generation: number;
}

export function stationStateDocument(state: StationState, writer: Writer): StationStateDocument {
  const { source, station, content } = state;
  return {
    _id: { source: orderKey(source), station: orderKey(station) },
    source,
    station,
    name: state.name,
    lat: state.lat,
    lon: state.lon,
    capacity: state.capacity,
    commune: state.commune,
    zone: state.zone,
    bikes: content?.bikes ?? null,
    mechanical: content?.mechanical ?? null,
    ebike: content?.ebike ?? null,
    docks: content?.docks ?? null,
    is_installed: content?.installed ?? null,
    is_renting: content?.renting ?? null,
    is_returning: content?.returning ?? null,
    changed_at: dateOrNull(state.changedAt),
    absent_since: dateOrNull(state.absentSince),
    reported_at: dateOrNull(state.reportedAt),
    partition: writer.partition,
    generation: writer.generation,
  };
}

export function stationStateOf(row: StationStateDocument): StationState {
  return {
    source: row.source,
    station: row.station,
    name: row.name,
    lat: row.lat,
    lon: row.lon,
    capacity: row.capacity,
    commune: row.commune,
    zone: row.zone,
    content: contentOf(row),
    changedAt: msOrNull(row.changed_at),
    absentSince: msOrNull(row.absent_since),
    reportedAt: msOrNull(row.reported_at),
  };
}

function contentOf(row: StationStateDocument): Content | null {
  if (row.bikes === null || row.docks === null) return null;
  return {
    bikes: row.bikes,
    mechanical: row.mechanical,
    ebike: row.ebike,
    docks: row.docks,
    installed: row.is_installed === true,
    renting: row.is_renting === true,
    returning: row.is_returning === true,
  };
}

export function sourceStateDocument(state: SourceState, writer: Writer): SourceStateDocument {
  return {
    _id: { source: orderKey(state.source), partition: writer.partition },
    source: state.source,
    partition: writer.partition,
    generation: writer.generation,
    last_poll_at: new Date(state.lastPollAt),
    moved_at: new Date(state.movedAt),
    observed: state.observed,
    hold_ms: state.holdMs,
    feed_time: dateOrNull(state.feedTime),
    health: state.health,
    final_until: dateOrNull(state.finalUntil),
    ended: state.ended,
  };
}

/**
 * One source as all partitions together see it: the newest poll any of them knows, and final only as far as every
 * one of them is.
 */
export function sourceStateOf(parts: readonly SourceStateDocument[]): SourceState | null {
  const first = parts[0];
  if (first === undefined) return null;
  const newest = parts.reduce((a, b) => (b.last_poll_at > a.last_poll_at ? b : a), first);
  const finals = parts.map((part) => msOrNull(part.final_until));
  return {
    source: newest.source,
    lastPollAt: newest.last_poll_at.getTime(),
    movedAt: newest.moved_at.getTime(),
    observed: newest.observed,
    holdMs: newest.hold_ms,
    feedTime: msOrNull(newest.feed_time),
    health: newest.health,
    finalUntil: finals.reduce((a, b) => (a === null || b === null ? null : Math.min(a, b))) ?? null,
    ended: parts.every((part) => part.ended),
  };
}

function dateOrNull(ms: number | null): Date | null {
  return ms === null ? null : new Date(ms);
}

function msOrNull(date: Date | null): number | null {
  return date === null ? null : date.getTime();
}
