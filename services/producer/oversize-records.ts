import { type DeadLetter, deadLetter } from "../../core/dead-letter/dead-letter.ts";
import type { AbsentRecord, KeyedRecord } from "../../core/log/record.ts";
import type { PollRecords } from "../../core/ports/observation-log.ts";

/**
 * A poll without the records that the log does not take, and their letters. The station of such an observation was not
 * observed as far as the log can tell, which an absence in its place says: without one, its last content would hold on
 * as if nothing had changed. An absence that is too large itself, by the station's code, has nothing in its place: no
 * record of that station ever was in the log.
 */
export function withoutOversize(
  poll: PollRecords,
  oversize: readonly KeyedRecord[],
  limit: string,
): { poll: PollRecords; letters: DeadLetter[] } {
  const refused = new Set(oversize);
  const letters: DeadLetter[] = [];
  const records: KeyedRecord[] = [];
  let [unobserved, unchanged] = [0, 0];
  for (const record of poll.records) {
    if (!refused.has(record)) {
      records.push(record);
      continue;
    }
    const { kind, source, station, at } = record;
    const detail = `${kind} record: expected ${limit}, got a larger one`;
    letters.push(deadLetter(source, at, "oversize-record", detail, record, `${kind}/${station}`));
    if (kind !== "change" && kind !== "keyframe") continue;
    records.push(absenceOf(source, station, at));
    unobserved++;
    if (kind === "change") unchanged++;
  }
  const { marker } = poll;
  if (marker.kind !== "poll") return { poll: { records, marker }, letters };
  const observed = marker.observed - unobserved;
  return { poll: { records, marker: { ...marker, observed, changes: marker.changes - unchanged } }, letters };
}

/** Without zone and content: they may be what was too large. */
function absenceOf(source: string, station: string, at: number): AbsentRecord {
  return { kind: "absent", source, station, at, zone: null, last: null };
}
