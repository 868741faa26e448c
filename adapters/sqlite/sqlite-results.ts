import type { DatabaseSync } from "node:sqlite";
import { VelibError } from "../../core/errors.ts";
import type {
  Checkpoint,
  ResultCommit,
  ResultStore,
  StationQuery,
  WindowQuery,
} from "../../core/ports/result-store.ts";
import type { SourceState } from "../../core/state/source-state.ts";
import type { StationState } from "../../core/state/station-state.ts";
import type { StationWindow } from "../../core/windows/station-window.ts";
import type { ZoneWindow } from "../../core/windows/zone-window.ts";
import { zoneWindow } from "../../core/windows/zone-window.ts";
import { inTransaction } from "./transaction.ts";
import { stationWindowOf, zonePartOf } from "./window-rows.ts";
import { WindowWriter } from "./window-writer.ts";

/** Windows, latest states and checkpoints in the data dir; results and their checkpoint are one transaction. */
export class SqliteResults implements ResultStore {
  readonly #database: DatabaseSync;
  readonly #lengthMs: number;
  #writer: WindowWriter | null = null;

  /** @param lengthMs window length, ms: every window's end is its start + this. */
  constructor(database: DatabaseSync, lengthMs: number) {
    this.#database = database;
    this.#lengthMs = lengthMs;
  }

  async checkpoint(partition: number): Promise<Checkpoint | null> {
    const row = this.#database.prepare("SELECT * FROM checkpoints WHERE partition = ?").get(partition);
    if (row === undefined || !(row.state instanceof Uint8Array)) return null;
    return {
      partition,
      generation: Number(row.generation),
      offset: BigInt(Number(row.log_offset)),
      state: row.state,
    };
  }

  async commit(results: ResultCommit): Promise<void> {
    this.#writer ??= new WindowWriter(this.#database);
    const writer = this.#writer;
    try {
      inTransaction(this.#database, () => {
        this.#assertNotFenced(results);
        writer.writeStationWindows(results.stationWindows);
        writer.writeZoneParts(results.zoneParts);
        this.#writeStates(results);
        this.#database
          .prepare("INSERT OR REPLACE INTO checkpoints VALUES (?, ?, ?, ?)")
          .run(results.partition, results.generation, results.offset, results.state);
      });
    } catch (error) {
      writer.forgetNames();
      throw error;
    }
  }

  #assertNotFenced({ partition, generation }: ResultCommit): void {
    const row = this.#database.prepare("SELECT generation FROM checkpoints WHERE partition = ?").get(partition);
    const newest = Number(row?.generation ?? 0);
    if (generation >= newest) return;
    throw new VelibError(
      "VELIB_CHECKPOINT_FENCED",
      `partition ${partition}: generation ${newest} has taken over from ${generation}; this process must stop writing it`,
    );
  }

  #writeStates(results: ResultCommit): void {
    const station = this.#database.prepare("INSERT OR REPLACE INTO station_states VALUES (?, ?, ?, ?, ?)");
    for (const state of results.stations) {
      station.run(state.source, state.station, state.lat, state.lon, JSON.stringify(state));
    }
    const source = this.#database.prepare("INSERT OR REPLACE INTO source_states VALUES (?, ?)");
    for (const state of results.sources) source.run(state.source, JSON.stringify(state));
  }

  async *stationWindows(query: WindowQuery): AsyncGenerator<StationWindow> {
    const stations = this.#database.prepare(
      `SELECT s.id AS source_id, s.name AS source, t.id, t.code AS name FROM sources s JOIN stations t ON t.source_id = s.id
       WHERE s.name = coalesce(?, s.name) AND t.code = coalesce(?, t.code) ORDER BY s.name, t.code`,
    );
    const windows = this.#database.prepare(
      `SELECT w.* FROM window_starts s CROSS JOIN station_windows w
         ON w.source_id = s.source_id AND w.start = s.start AND w.station_id = ?
       WHERE s.source_id = ? AND s.start >= ? AND s.start < ? ORDER BY s.start`,
    );
    for (const { source_id, source, id, name } of stations.all(query.source ?? null, query.id ?? null)) {
      // A station at a time: no cursor stays open while others write.
      const rows = windows.all(id!, source_id!, query.from ?? 0, query.to ?? Number.MAX_SAFE_INTEGER);
      for (const row of rows) yield stationWindowOf(row, String(source), String(name), this.#lengthMs);
    }
  }

  async *zoneWindows(query: WindowQuery): AsyncGenerator<ZoneWindow> {
    const zones = this.#database.prepare(
      `SELECT s.id AS source_id, s.name AS source, z.id, z.name AS name FROM sources s JOIN zones z ON z.source_id = s.id
       WHERE s.name = coalesce(?, s.name) AND z.name = coalesce(?, z.name) ORDER BY s.name, z.name`,
    );
    const parts = this.#database.prepare(
      `SELECT w.* FROM window_starts s CROSS JOIN zone_windows w
         ON w.source_id = s.source_id AND w.start = s.start AND w.zone_id = ?
       WHERE s.source_id = ? AND s.start >= ? AND s.start < ? ORDER BY s.start`,
    );
    for (const { source_id, source, id, name } of zones.all(query.source ?? null, query.id ?? null)) {
      const rows = parts.all(id!, source_id!, query.from ?? 0, query.to ?? Number.MAX_SAFE_INTEGER);
      const read = rows.map((row) => zonePartOf(row, String(source), String(name), this.#lengthMs));
      for (const group of Map.groupBy(read, (part) => part.start).values()) {
        const window = zoneWindow(group);
        if (window !== null) yield window;
      }
    }
  }

  async stations(query: StationQuery): Promise<StationState[]> {
    const [west, south, east, north] = query.bbox ?? [null, null, null, null];
    const select = this.#database.prepare(
      `SELECT state FROM station_states
       WHERE source = coalesce(?, source) AND (source, station) > (?, ?)
         AND (? IS NULL OR (lon >= ? AND lon <= ? AND lat >= ? AND lat <= ?))
       ORDER BY source, station LIMIT ?`,
    );
    const { source, station } = query.after ?? { source: "", station: "" };
    const rows = select.all(query.source ?? null, source, station, west, west, east, south, north, query.limit ?? -1);
    return rows.map((row) => JSON.parse(String(row.state)));
  }

  async station(source: string, station: string): Promise<StationState | null> {
    const select = this.#database.prepare("SELECT state FROM station_states WHERE source = ? AND station = ?");
    const row = select.get(source, station);
    return row === undefined ? null : JSON.parse(String(row.state));
  }

  async sources(): Promise<SourceState[]> {
    const rows = this.#database.prepare("SELECT state FROM source_states ORDER BY source").all();
    return rows.map((row) => JSON.parse(String(row.state)));
  }

  async close(): Promise<void> {}
}
