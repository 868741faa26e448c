import type { DatabaseSync, StatementSync } from "node:sqlite";
import { column, StationWindowBatch } from "../../core/windows/station-window.ts";
import type { ZonePart } from "../../core/windows/zone-window.ts";
import { Names } from "./names.ts";

const nothing = { sourceId: -1, start: -1 };

/** Writes windows by their key: writing one again replaces it. */
export class WindowWriter {
  readonly #names: Names;
  readonly #stationWindow: StatementSync;
  readonly #zonePart: StatementSync;
  readonly #start: StatementSync;
  #written = nothing;

  constructor(database: DatabaseSync) {
    this.#names = new Names(database);
    this.#start = database.prepare("INSERT OR IGNORE INTO window_starts VALUES (?, ?)");
    this.#stationWindow = database.prepare(
      "INSERT OR REPLACE INTO station_windows VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    );
    this.#zonePart = database.prepare(
      "INSERT OR REPLACE INTO zone_windows VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    );
  }

  writeStationWindows(batch: StationWindowBatch): void {
    const v = batch.values;
    for (let row = 0; row < batch.size; row++) {
      const i = row * StationWindowBatch.width;
      const source = batch.sources[row]!;
      const start = v[i + column.start]!;
      const sourceId = this.#names.source(source);
      this.#writeStart(sourceId, start);
      this.#stationWindow.run(
        sourceId,
        start,
        this.#names.station(source, batch.stations[row]!),
        // SQLite stores NaN, the batch's null, as NULL.
        v[i + column.mechanicalMean]!,
        v[i + column.ebikeMean]!,
        v[i + column.bikesMean]!,
        v[i + column.docksMean]!,
        v[i + column.occupancyMean]!,
        v[i + column.bikesMin]!,
        v[i + column.bikesMax]!,
        v[i + column.bikesLast]!,
        v[i + column.docksMin]!,
        v[i + column.docksMax]!,
        v[i + column.docksLast]!,
        v[i + column.coverage]!,
        v[i + column.changes]!,
      );
    }
    this.#written = nothing;
  }

  writeZoneParts(parts: readonly ZonePart[]): void {
    for (const part of parts) {
      const sourceId = this.#names.source(part.source);
      this.#writeStart(sourceId, part.start);
      this.#zonePart.run(
        sourceId,
        part.start,
        this.#names.zone(part.source, part.zone),
        part.partition,
        part.knownMs,
        part.bikesMs,
        part.docksMs,
        part.mechanicalMs,
        part.ebikeMs,
        part.splitMs,
        part.placesMs,
        part.stations,
        part.zoneStations,
        part.changes,
      );
    }
    this.#written = nothing;
  }

  /** Once for the rows that follow each other with the same start; never over the end of a transaction. */
  #writeStart(sourceId: number, start: number): void {
    if (start === this.#written.start && sourceId === this.#written.sourceId) return;
    this.#start.run(sourceId, start);
    this.#written = { sourceId, start };
  }

  /** After a rolled-back transaction: numbers given out in it are not stored. */
  forgetNames(): void {
    this.#names.clear();
    this.#written = nothing;
  }
}
