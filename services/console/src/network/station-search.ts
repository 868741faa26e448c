import type { Station } from "./station.ts";
import { stationTitle } from "./station.ts";

const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/** Stations by name, in the order a reader expects ("Porte 2" before "Porte 10"). */
export function sortedStations(stations: Iterable<Station>): Station[] {
  return [...stations].sort(
    (a, b) => collator.compare(stationTitle(a), stationTitle(b)) || collator.compare(a.key, b.key),
  );
}

/**
 * The stations whose name, code or zone contains every word of the query, accents and case aside. A station whose
 * code is the query comes first: who types a code means that one.
 */
export function matchingStations(stations: readonly Station[], query: string): readonly Station[] {
  const words = folded(query).split(/\s+/).filter(Boolean);
  if (words.length === 0) return stations;
  const named: Station[] = [];
  const others: Station[] = [];
  for (const station of stations) {
    const text = folded(`${station.name ?? ""} ${station.station} ${station.zone ?? ""}`);
    if (!words.every((word) => text.includes(word))) continue;
    if (folded(station.station) === words[0]) named.push(station);
    else others.push(station);
  }
  return [...named, ...others];
}

function folded(value: string): string {
  return value
    .normalize("NFD")
    .replace(/\p{Diacritic}/gu, "")
    .toLowerCase();
}
