import { noMetadata, type StationReading } from "../../core/observation/reading.ts";
import { countCell, flagCell, numberCell, textCell, timeCell } from "./csv-cell.ts";
import type { CsvLayout, StatusColumns } from "./csv-layout.ts";

const nothingRead = {
  station: null,
  bikes: null,
  mechanical: null,
  ebike: null,
  docks: null,
  installed: null,
  renting: null,
  returning: null,
  reportedAt: null,
  metadata: noMetadata,
};

/** Decodes the rows of a status CSV by the positions of their columns. */
export class CsvRowDecoder {
  readonly width: number;
  readonly #times: CsvLayout["times"];
  readonly #index: Record<keyof StatusColumns, number>;

  constructor(layout: CsvLayout, header: readonly string[]) {
    const { columns } = layout;
    const at = (name: string | null) => (name === null ? -1 : header.indexOf(name));
    this.width = header.length;
    this.#times = layout.times;
    this.#index = {
      at: at(columns.at),
      station: at(columns.station),
      installed: at(columns.installed),
      renting: at(columns.renting),
      returning: at(columns.returning),
      bikes: at(columns.bikes),
      mechanical: at(columns.mechanical),
      ebike: at(columns.ebike),
      docks: at(columns.docks),
      reportedAt: at(columns.reportedAt),
      capacity: at(columns.capacity),
      feedTime: at(columns.feedTime),
    };
  }

  /** Whether the poll's time can be had without splitting the line. */
  get timeIsFirst(): boolean {
    return this.#index.at === 0;
  }

  /** The poll's time as it is written; null for a row of another width than the header, which can't be trusted. */
  time(row: readonly string[]): string | null {
    return row.length === this.width ? row[this.#index.at]! : null;
  }

  reading(row: readonly string[]): StationReading {
    const index = this.#index;
    const cell = (i: number) => row[i] ?? "";
    const capacity = numberCell(cell(index.capacity));
    return {
      station: textCell(cell(index.station)),
      bikes: countCell(cell(index.bikes)),
      mechanical: countCell(cell(index.mechanical)),
      ebike: countCell(cell(index.ebike)),
      docks: countCell(cell(index.docks)),
      installed: flagCell(cell(index.installed)),
      renting: flagCell(cell(index.renting)),
      returning: flagCell(cell(index.returning)),
      reportedAt: timeCell(cell(index.reportedAt), this.#times),
      metadata: capacity === null ? noMetadata : { ...noMetadata, capacity },
      raw: row,
    };
  }

  /** A row that can't be decoded, as a reading without a station: it is put aside as such. */
  unusable(row: readonly string[]): StationReading {
    return { ...nothingRead, raw: row };
  }

  /** What a row says about the feed's own clock, ms. */
  feedTime(row: readonly string[], reading: StationReading): number | null {
    const { feedTime } = this.#index;
    return feedTime < 0 ? reading.reportedAt : timeCell(row[feedTime] ?? "", this.#times);
  }
}
