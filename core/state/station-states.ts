import type { KeyedRecord } from "../log/record.ts";
import type { Content } from "../observation/observation.ts";
import type { StationState } from "./station-state.ts";

/** The newest state of each station, from the log's records in order, and which of them moved since last asked. */
export class StationStates {
  readonly #states = new Map<string, StationState>();
  readonly #moved = new Set<StationState>();

  /** Takes over a state that was stored. */
  restore(state: StationState): void {
    this.#states.set(key(state.source, state.station), state);
  }

  apply(record: KeyedRecord): void {
    const state = this.#of(record.source, record.station);
    this.#moved.add(state);
    switch (record.kind) {
      case "station":
        state.name = record.name;
        state.lat = record.lat;
        state.lon = record.lon;
        state.commune = record.commune;
        state.capacity = record.capacity;
        state.zone = record.zone;
        return;
      case "absent":
        state.content ??= record.last;
        state.zone = record.zone;
        state.absentSince ??= record.at;
        return;
      case "change":
      case "keyframe": {
        const { bikes, mechanical, ebike, docks, installed, renting, returning } = record;
        const content: Content = { bikes, mechanical, ebike, docks, installed, renting, returning };
        if (record.kind === "change" || state.changedAt === null) state.changedAt = record.at;
        state.content = content;
        state.capacity = record.capacity;
        state.zone = record.zone;
        state.absentSince = null;
        state.reportedAt = record.reportedAt;
        return;
      }
    }
  }

  /** The states that moved since the last call. */
  takeMoved(): StationState[] {
    const moved = [...this.#moved];
    this.#moved.clear();
    return moved;
  }

  #of(source: string, station: string): StationState {
    const id = key(source, station);
    const found = this.#states.get(id);
    if (found !== undefined) return found;
    const made: StationState = {
      source,
      station,
      name: null,
      lat: null,
      lon: null,
      capacity: null,
      commune: null,
      zone: null,
      content: null,
      changedAt: null,
      absentSince: null,
      reportedAt: null,
    };
    this.#states.set(id, made);
    return made;
  }
}

function key(source: string, station: string): string {
  return `${source}/${station}`;
}
