import type { Document, Filter } from "mongodb";
import type {
  Checkpoint,
  ResultCommit,
  ResultStore,
  StationQuery,
  WindowQuery,
} from "../../core/ports/result-store.ts";
import type { SourceState } from "../../core/state/source-state.ts";
import type { StationState } from "../../core/state/station-state.ts";
import type { StationWindow, StationWindowBatch } from "../../core/windows/station-window.ts";
import type { ZonePart, ZoneWindow } from "../../core/windows/zone-window.ts";
import { zoneWindow } from "../../core/windows/zone-window.ts";
import { Checkpoints } from "./checkpoints.ts";
import type { Collections, StationStateDocument } from "./collections.ts";
import { collectionsOf, prepareCollections } from "./collections.ts";
import { MongodbConnection } from "./mongodb-connection.ts";
import type { MongodbOptions } from "./options.ts";
import { orderKey } from "./order-key.ts";
import { sourceStateDocument, sourceStateOf, stationStateDocument, stationStateOf } from "./state-documents.ts";
import { insertOrReplace, replaceUnlessNewer } from "./upsert.ts";
import { stationWindowDocuments, stationWindowOf, zonePartDocument, zonePartOf } from "./window-documents.ts";
import { wholeSource, windowsInOrder } from "./window-query.ts";

/** Windows a request carries: beyond 1,000 the rate stays, and the memory grows. */
const requestWindows = 1000;
/** Requests at once: the server writes one while the next is being encoded. */
const requestsAtOnce = 3;

/** Windows, latest states and checkpoints in one MongoDB database. Any number of processes may share it. */
export class MongodbResults implements ResultStore {
  readonly #connection: MongodbConnection;
  readonly #collections: Collections;
  readonly #checkpoints: Checkpoints;

  private constructor(connection: MongodbConnection) {
    this.#connection = connection;
    this.#collections = collectionsOf(connection.database);
    this.#checkpoints = new Checkpoints(this.#collections);
  }

  /**
   * Connects, and makes the indexes that are missing.
   * @throws VelibError VELIB_MONGODB_* when the server can't be used
   */
  static async open(options: MongodbOptions): Promise<MongodbResults> {
    const connection = await MongodbConnection.open(options);
    try {
      await connection.guard(() => prepareCollections(connection.database, options.windowsTtlSeconds ?? 0));
      return new MongodbResults(connection);
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  /** Resolves when the server can be written to. @throws VelibError VELIB_MONGODB_* with the cause */
  ping(): Promise<void> {
    return this.#connection.ping();
  }

  checkpoint(partition: number): Promise<Checkpoint | null> {
    return this.#connection.guard(() => this.#checkpoints.read(partition));
  }

  /**
   * Everything but the checkpoint is written by key, so that writing it again changes nothing; the checkpoint comes
   * last and only if no newer generation has one. A process that is suspended between its check and the end writes
   * windows the new owner writes as well, with the same values.
   */
  commit(results: ResultCommit): Promise<void> {
    return this.#connection.guard(async () => {
      const { partition, generation } = results;
      await this.#checkpoints.assertNotFenced(partition, generation);
      await this.#writeStationWindows(results.stationWindows);
      await this.#writeZoneParts(results.zoneParts);
      await replaceUnlessNewer(
        this.#collections.stationState,
        results.stations.map((state) => stationStateDocument(state, results)),
        results,
      );
      await replaceUnlessNewer(
        this.#collections.sourceState,
        results.sources.map((state) => sourceStateDocument(state, results)),
        results,
      );
      await this.#checkpoints.write(results);
    });
  }

  async #writeStationWindows(batch: StationWindowBatch): Promise<void> {
    let next = 0;
    const writeOn = async () => {
      while (next < batch.size) {
        const from = next;
        next = Math.min(from + requestWindows, batch.size);
        await insertOrReplace(this.#collections.stationWindows, stationWindowDocuments(batch, from, next));
      }
    };
    await allSettled(Array.from({ length: requestsAtOnce }, writeOn));
  }

  async #writeZoneParts(parts: readonly ZonePart[]): Promise<void> {
    for (let from = 0; from < parts.length; from += requestWindows) {
      const documents = parts.slice(from, from + requestWindows).map(zonePartDocument);
      await insertOrReplace(this.#collections.zoneWindows, documents);
    }
  }

  async *stationWindows(query: WindowQuery): AsyncGenerator<StationWindow> {
    const rows = windowsInOrder(this.#collections.stationWindows, "station", query);
    for await (const row of this.#connection.guarded(rows)) yield stationWindowOf(row);
  }

  async *zoneWindows(query: WindowQuery): AsyncGenerator<ZoneWindow> {
    const rows = windowsInOrder(this.#collections.zoneWindows, "zone", query);
    let parts: ZonePart[] = [];
    for await (const row of this.#connection.guarded(rows)) {
      const part = zonePartOf(row);
      const last = parts.at(-1);
      if (last && (last.start !== part.start || last.zone !== part.zone || last.source !== part.source)) {
        const window = zoneWindow(parts);
        if (window !== null) yield window;
        parts = [];
      }
      parts.push(part);
    }
    const window = zoneWindow(parts);
    if (window !== null) yield window;
  }

  stations(query: StationQuery): Promise<StationState[]> {
    const conditions: Filter<StationStateDocument>[] = [];
    const add = (condition: Document) => conditions.push(condition);
    if (query.source !== undefined) add({ _id: wholeSource(orderKey(query.source)) });
    if (query.after !== undefined) {
      const { source, station } = query.after;
      add({ _id: { $gt: { source: orderKey(source), station: orderKey(station) } } });
    }
    if (query.bbox !== undefined) {
      const [west, south, east, north] = query.bbox;
      add({ lon: { $gte: west, $lte: east }, lat: { $gte: south, $lte: north } });
    }
    if (query.limit === 0) return Promise.resolve([]);
    return this.#connection.guard(async () => {
      const filter = conditions.length === 0 ? {} : { $and: conditions };
      const found = this.#collections.stationState
        .find(filter)
        .sort({ _id: 1 })
        .limit(query.limit ?? 0);
      return (await found.toArray()).map(stationStateOf);
    });
  }

  station(source: string, station: string): Promise<StationState | null> {
    return this.#connection.guard(async () => {
      const _id = { source: orderKey(source), station: orderKey(station) };
      const found = await this.#collections.stationState.findOne({ _id });
      return found === null ? null : stationStateOf(found);
    });
  }

  sources(): Promise<SourceState[]> {
    return this.#connection.guard(async () => {
      const parts = await this.#collections.sourceState.find().sort({ _id: 1 }).toArray();
      const bySource = Map.groupBy(parts, (part) => part.source);
      return [...bySource.values()].flatMap((group) => sourceStateOf(group) ?? []);
    });
  }

  close(): Promise<void> {
    return this.#connection.close();
  }
}

/** Waits for all, then throws the first failure: nothing of a refused commit is still under way when it is told. */
async function allSettled(work: Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(work)).find((one) => one.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}
