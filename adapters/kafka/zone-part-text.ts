import type { ZonePart } from "../../core/windows/zone-window.ts";

/** A zone's part as JSON, as `JSON.stringify` writes it; its numbers are all whole. */
export function zonePartText(p: ZonePart): string {
  return (
    `{"source":${JSON.stringify(p.source)},"zone":${JSON.stringify(p.zone)},"start":${p.start},"end":${p.end}` +
    `,"partition":${p.partition},"knownMs":${p.knownMs},"bikesMs":${p.bikesMs},"docksMs":${p.docksMs}` +
    `,"mechanicalMs":${p.mechanicalMs},"ebikeMs":${p.ebikeMs},"splitMs":${p.splitMs},"placesMs":${p.placesMs}` +
    `,"stations":${p.stations},"zoneStations":${p.zoneStations},"changes":${p.changes}}`
  );
}
