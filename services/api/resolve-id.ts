import { ApiError, shown } from "./errors.ts";
import type { SourceEntry } from "./source-directory.ts";

/** @throws ApiError unknown_source */
export function sourceNamed(sources: readonly SourceEntry[], name: string): SourceEntry {
  const found = sources.find((source) => source.name === name);
  if (found === undefined) {
    const names = sources.map((source) => source.name).join(", ");
    throw new ApiError("unknown_source", `no source is called ${shown(name)}; there are: ${names || "none"}`);
  }
  return found;
}

/**
 * Finds what an id means: `source:code`, else a bare code that one source only has. A network's codes can hold ":"
 * themselves, so an id that names no station as a full one is tried as a bare one. `find` looks a code up in a
 * source.
 * @throws ApiError unknown_station | unknown_zone, or ambiguous_id with the full ids
 */
export async function resolveId<Found>(
  id: string,
  thing: "station" | "zone",
  sources: readonly SourceEntry[],
  find: (source: SourceEntry, code: string) => Promise<Found | null>,
): Promise<{ source: SourceEntry; found: Found }> {
  const named = sources.find((source) => id.startsWith(`${source.name}:`));
  if (named !== undefined) {
    const found = await find(named, id.slice(named.name.length + 1));
    if (found !== null) return { source: named, found };
  }
  const matches: { source: SourceEntry; found: Found }[] = [];
  for (const source of sources) {
    const found = await find(source, id);
    if (found !== null) matches.push({ source, found });
  }
  const [first, ...others] = matches;
  if (first === undefined) throw unknownId(id, thing);
  if (others.length > 0) {
    const full = matches.map((match) => `${match.source.name}:${id}`).join(", ");
    throw new ApiError("ambiguous_id", `${shown(id)} names several ${thing}s; use one of ${full}`);
  }
  return first;
}

export function unknownId(id: string, thing: "station" | "zone"): ApiError {
  const code = thing === "station" ? "unknown_station" : "unknown_zone";
  return new ApiError(code, `no ${thing} has the id ${shown(id)}; ids are source:${thing}, see /v1/${thing}s`);
}
