import type { FeedView } from "./feed-view.ts";
import type { ZoneOffset } from "./zone-offset.ts";

/** Columns that the real feed loses together: 24 of 770 recorded bodies without metadata, 10 without codes as well. */
export type NullColumns = "none" | "metadata" | "metadata and codes";

/**
 * The rows of the dataset as the export writes them (Explore v2.1, `exports/json`): a space after colons and commas,
 * anything beyond ASCII escaped, the columns in the dataset's order.
 */
export function* datasetRows(view: FeedView, nulls: NullColumns, offset: ZoneOffset): Generator<string> {
  const { city, state } = view;
  for (const row of view.rows) {
    const station = city.stations[row]!;
    const named = nulls === "none";
    const coded = nulls !== "metadata and codes";
    const mechanical = state.mechanical[row]!;
    const ebike = state.ebike[row]!;
    const operating = yesOrNo(state.operating[row]!);
    yield `{"stationcode": ${coded ? text(station.code) : null}, "name": ${named ? text(station.name) : null}, ` +
      `"is_installed": ${yesOrNo(state.installed[row]!)}, "capacity": ${named ? station.capacity : null}, ` +
      `"numdocksavailable": ${state.docks[row]}, "numbikesavailable": ${mechanical + ebike}, ` +
      `"mechanical": ${coded ? mechanical : null}, "ebike": ${coded ? ebike : null}, ` +
      `"is_renting": ${operating}, "is_returning": ${operating}, "duedate": "${localTime(state.reportedAt[row]!, offset)}", ` +
      `"coordonnees_geo": ${named ? `{"lon": ${station.lon}, "lat": ${station.lat}}` : null}, ` +
      `"nom_arrondissement_communes": ${named ? text(station.commune) : null}, ` +
      `"code_insee_commune": ${named ? text(station.inseeCode) : null}}`;
  }
}

function text(value: string): string {
  return JSON.stringify(value).replace(
    /[\u0080-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function yesOrNo(flag: number): string {
  return flag === 1 ? '"OUI"' : '"NON"';
}

/** ISO 8601 with the zone's offset: 2024-11-06T07:01:58+01:00. */
function localTime(at: number, offset: ZoneOffset): string {
  const minutes = offset(at);
  const local = new Date(at + minutes * 60_000).toISOString().slice(0, 19);
  const size = Math.abs(minutes);
  const sign = minutes < 0 ? "-" : "+";
  return `${local}${sign}${twoDigits(Math.floor(size / 60))}:${twoDigits(size % 60)}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
