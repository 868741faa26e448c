import type { Freshness, Present } from "../../core/freshness/freshness.ts";
import { freshness } from "../../core/freshness/freshness.ts";
import type { ResultStore } from "../../core/ports/result-store.ts";
import type { SourceState } from "../../core/state/source-state.ts";
import type { SourceDescription } from "./source-description.ts";

/** A source by what is configured of it and what is known of it; at least one of the two is there. */
export interface SourceEntry {
  name: string;
  /** Null: its results are stored, but it is not configured any more. */
  description: SourceDescription | null;
  /** Null: never polled. */
  state: SourceState | null;
}

/** The configured sources in their order, then the others with results. */
export async function listSources(
  results: Pick<ResultStore, "sources">,
  described: readonly SourceDescription[],
): Promise<SourceEntry[]> {
  const states = new Map((await results.sources()).map((state) => [state.source, state]));
  const entries: SourceEntry[] = described.map((description) => ({
    name: description.name,
    description,
    state: states.get(description.name) ?? null,
  }));
  for (const description of described) states.delete(description.name);
  for (const state of states.values()) entries.push({ name: state.source, description: null, state });
  return entries;
}

/** Whose present the source's ages are measured against: a recording's own, else the wall clock. */
export function presentOf(entry: SourceEntry, now: number): Present {
  return { now, recorded: entry.description?.kind === "recording" || entry.state?.ended === true };
}

export function freshnessOf(entry: SourceEntry, now: number): Freshness {
  return freshness(entry.state, presentOf(entry, now));
}
