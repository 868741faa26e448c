import type { ResultStore } from "../../core/ports/result-store.ts";
import type { ZoneWindow } from "../../core/windows/zone-window.ts";
import type { SourceEntry } from "./source-directory.ts";

const hourMs = 3_600_000;
/**
 * How far back a zone's newest window is looked for, ms: an hour holds some windows of the usual lengths at little
 * cost; a day and an hour reaches the start of a window of the greatest length, one day.
 */
const lookBacksMs = [hourMs, 25 * hourMs];

/**
 * The newest final window of each zone of a source, by zone; of one zone with `zone`. A zone without any in the
 * hour (day, where windows are longer) before the source's newest final window has none here.
 */
export async function latestZoneWindows(
  results: Pick<ResultStore, "zoneWindows">,
  source: SourceEntry,
  zone?: string,
): Promise<ZoneWindow[]> {
  const to = source.state?.finalUntil ?? null;
  if (to === null) return [];
  for (const lookBackMs of lookBacksMs) {
    const latest = new Map<string, ZoneWindow>();
    const query = { source: source.name, from: to - lookBackMs, to, ...(zone === undefined ? {} : { id: zone }) };
    for await (const window of results.zoneWindows(query)) latest.set(window.zone, window);
    if (latest.size > 0) return [...latest.values()];
  }
  return [];
}

/** Whether the zone has any window: looked for among the newest first, as reading all of them is dear. */
export async function hasZone(
  results: Pick<ResultStore, "zoneWindows">,
  source: SourceEntry,
  zone: string,
): Promise<boolean> {
  if ((await latestZoneWindows(results, source, zone)).length > 0) return true;
  for await (const _window of results.zoneWindows({ source: source.name, id: zone })) return true;
  return false;
}
