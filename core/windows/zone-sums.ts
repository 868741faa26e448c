import type { ZonePart } from "./zone-window.ts";

/** Offsets of a zone's numbers within its row. */
export const zoneField = {
  knownMs: 0,
  bikesMs: 1,
  docksMs: 2,
  mechanicalMs: 3,
  ebikeMs: 4,
  splitMs: 5,
  placesMs: 6,
  stations: 7,
  changes: 8,
} as const;

const width = 9;

/** Sums of the open window by zone, and how many stations each zone has. */
export class ZoneSums {
  static readonly width = width;
  readonly names: string[] = [];
  /** Sums of the open window, `width` numbers a zone. */
  values = new Float64Array(16 * width);
  /** Stations that were in the zone at any time of the open window, seen or not. */
  readonly stationCounts: number[] = [];
  readonly #index = new Map<string, number>();

  /** The zone's index, made when it is new; −1 for no zone. */
  indexOf(zone: string | null): number {
    if (zone === null) return -1;
    const found = this.#index.get(zone);
    if (found !== undefined) return found;
    const index = this.names.length;
    this.names.push(zone);
    this.stationCounts.push(0);
    this.#index.set(zone, index);
    if (this.names.length * width > this.values.length) {
      const larger = new Float64Array(this.values.length * 2);
      larger.set(this.values);
      this.values = larger;
    }
    return index;
  }

  /**
   * Appends the zones' parts and starts the next window. A zone without known time has a part too: its stations
   * count in the coverage, whichever partition they are in.
   */
  close(source: string, start: number, end: number, partition: number, parts: ZonePart[]): void {
    const v = this.values;
    for (let zone = 0; zone < this.names.length; zone++) {
      const i = zone * width;
      if (this.stationCounts[zone]! > 0) {
        parts.push({
          source,
          zone: this.names[zone]!,
          start,
          end,
          partition,
          knownMs: v[i + zoneField.knownMs]!,
          bikesMs: v[i + zoneField.bikesMs]!,
          docksMs: v[i + zoneField.docksMs]!,
          mechanicalMs: v[i + zoneField.mechanicalMs]!,
          ebikeMs: v[i + zoneField.ebikeMs]!,
          splitMs: v[i + zoneField.splitMs]!,
          placesMs: v[i + zoneField.placesMs]!,
          stations: v[i + zoneField.stations]!,
          zoneStations: this.stationCounts[zone]!,
          changes: v[i + zoneField.changes]!,
        });
      }
    }
    v.fill(0, 0, this.names.length * width);
  }
}
