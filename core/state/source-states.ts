import type { MarkerRecord } from "../log/record.ts";
import type { SourceState } from "./source-state.ts";

/**
 * Where each source stands, from its markers, and which of them moved since last asked. Every partition has a copy of
 * each marker and they are read at different speeds: a marker older than the newest poll says nothing new.
 */
export class SourceStates {
  readonly #states = new Map<string, SourceState>();
  readonly #moved = new Set<string>();

  restore(state: SourceState): void {
    this.#states.set(state.source, state);
  }

  apply(marker: MarkerRecord, finalUntil: number | null): void {
    const { source } = marker;
    const state = this.#states.get(source);
    if (state !== undefined && marker.at < state.lastPollAt) return;
    if (marker.kind === "end") {
      if (state === undefined) return;
      this.#states.set(source, { ...state, ended: true, finalUntil });
    } else {
      const { at, movedAt, observed, holdMs, feedTime, health } = marker;
      this.#states.set(source, {
        source,
        lastPollAt: at,
        movedAt,
        observed,
        holdMs,
        feedTime,
        health,
        finalUntil,
        ended: false,
      });
    }
    this.#moved.add(source);
  }

  /** The time of the source's newest poll, ms; null before its first. */
  lastPollAt(source: string): number | null {
    return this.#states.get(source)?.lastPollAt ?? null;
  }

  takeMoved(): SourceState[] {
    const moved = [...this.#moved].flatMap((source) => this.#states.get(source) ?? []);
    this.#moved.clear();
    return moved;
  }
}
