import type { Source } from "../schema/source.ts";
import type { Station } from "../schema/station.ts";
import { stationFields } from "../schema/station.ts";

/** A poll moves `observed_at` of every station it finds: alone it is no difference. */
const compared = Object.keys(stationFields).filter((name): name is keyof Station => name !== "observed_at");

export function sameStation(a: Station, b: Station): boolean {
  return compared.every((name) => a[name] === b[name]);
}

/** Whether two views of a source differ in nothing but its ages, which grow all the time. */
export function sameSource(a: Source, b: Source): boolean {
  return JSON.stringify(withoutAges(a)) === JSON.stringify(withoutAges(b));
}

function withoutAges(source: Source): Source {
  return { ...source, freshness: { ...source.freshness, data_age_seconds: null, poll_age_seconds: null } };
}
