import { deserialize, serialize } from "node:v8";
import { VelibError } from "../errors.ts";
import type { AbsentRecord, MarkerRecord, ObservationRecord } from "../log/record.ts";
import type { SourceWindowsState, WindowOutput } from "./source-windows.ts";
import { SourceWindows } from "./source-windows.ts";
import { StationWindowBatch } from "./station-window.ts";

export interface WindowSettings {
  /** Window length, ms; divides a day. */
  lengthMs: number;
  /** How long after its end a window waits for records that come late, ms. */
  latenessMs: number;
}

const dayMs = 86_400_000;
const snapshotVersion = 1;

interface Snapshot {
  version: number;
  lengthMs: number;
  sources: SourceWindowsState[];
}

/** @throws VelibError VELIB_CONFIG_WINDOW unless windows of that length tile every UTC day. */
export function assertWindowSettings({ lengthMs, latenessMs }: WindowSettings): void {
  if (!Number.isInteger(lengthMs) || lengthMs <= 0 || dayMs % lengthMs !== 0) {
    throw new VelibError(
      "VELIB_CONFIG_WINDOW",
      `aggregation.window: ${lengthMs} ms does not divide a day; choose for example 1m, 3m, 5m, 10m, 15m or 1h`,
    );
  }
  if (!Number.isInteger(latenessMs) || latenessMs < 0) {
    throw new VelibError(
      "VELIB_CONFIG_WINDOW",
      `aggregation.allowedLateness: expected a duration of at least 0, got ${latenessMs} ms`,
    );
  }
}

/**
 * Tumbling event-time windows over one partition of the observation log: time-weighted means, minima, maxima, last
 * values, coverage and changes per station and per zone (DESIGN, "What the numbers mean").
 *
 * Reads no clock: a source's windows become final when a marker of it reaches their end + the allowed lateness.
 * What the windows hold depends only on the records that came before that, not on their order, batching or
 * repetition. State: the latest content of each station and the polls of windows that are not final.
 */
export class WindowEngine {
  readonly output: WindowOutput;
  readonly #settings: WindowSettings;
  readonly #partition: number;
  readonly #sources = new Map<string, SourceWindows>();
  #latest: { source: string; windows: SourceWindows } | null = null;

  constructor(settings: WindowSettings, partition = 0) {
    assertWindowSettings(settings);
    this.#settings = settings;
    this.#partition = partition;
    this.output = { stationWindows: new StationWindowBatch(settings.lengthMs), zoneParts: [], refused: [] };
  }

  /** Takes one record in; finished windows and refused records are appended to `output`. */
  ingest(record: ObservationRecord | AbsentRecord | MarkerRecord): void {
    const windows = this.#of(record.source);
    if (record.kind === "poll") {
      windows.mark(record.at, record.holdMs);
    } else if (record.kind !== "end") {
      if (!windows.add(record)) {
        const { source, station, at } = record;
        this.output.refused.push({ reason: "late", source, station, at, record });
      }
      return;
    }
    const { lengthMs, latenessMs } = this.#settings;
    const limit = Math.floor((record.at - latenessMs) / lengthMs) * lengthMs;
    if (limit > windows.finalUntil) windows.closeUntil(limit, this.output);
  }

  /** End of the source's newest final window, ms; null before the first. */
  finalUntil(source: string): number | null {
    const until = this.#sources.get(source)?.finalUntil;
    return until === undefined || !Number.isFinite(until) ? null : until;
  }

  clearOutput(): void {
    this.output.stationWindows.clear();
    this.output.zoneParts.length = 0;
    this.output.refused.length = 0;
  }

  /** The state to resume from (`output` apart), as bytes. */
  snapshot(): Uint8Array {
    const snapshot: Snapshot = {
      version: snapshotVersion,
      lengthMs: this.#settings.lengthMs,
      sources: [...this.#sources.values()].map((windows) => windows.snapshot()),
    };
    return serialize(snapshot);
  }

  /**
   * An engine that goes on where `snapshot` was taken.
   * @throws VelibError VELIB_CHECKPOINT_FORMAT when the bytes are no snapshot, or of another version or window length.
   */
  static restore(bytes: Uint8Array, settings: WindowSettings, partition = 0): WindowEngine {
    const engine = new WindowEngine(settings, partition);
    const snapshot = readSnapshot(bytes, partition);
    if (snapshot.version !== snapshotVersion) {
      throw new VelibError(
        "VELIB_CHECKPOINT_FORMAT",
        `checkpoint of partition ${partition}: version ${snapshot.version}, expected ${snapshotVersion}; use the release that wrote it`,
      );
    }
    if (snapshot.lengthMs !== settings.lengthMs) {
      throw new VelibError(
        "VELIB_CHECKPOINT_FORMAT",
        `aggregation.window: the stored results have ${snapshot.lengthMs} ms, the configuration says ${settings.lengthMs} ms; keep the window or start with new storage`,
      );
    }
    for (const state of snapshot.sources) {
      engine.#sources.set(state.source, SourceWindows.restore(state, settings.lengthMs, partition));
    }
    return engine;
  }

  #of(source: string): SourceWindows {
    if (this.#latest?.source === source) return this.#latest.windows;
    let windows = this.#sources.get(source);
    if (windows === undefined) {
      windows = new SourceWindows(source, this.#settings.lengthMs, this.#partition);
      this.#sources.set(source, windows);
    }
    this.#latest = { source, windows };
    return windows;
  }
}

function readSnapshot(bytes: Uint8Array, partition: number): Snapshot {
  try {
    return deserialize(bytes);
  } catch (cause) {
    throw new VelibError(
      "VELIB_CHECKPOINT_FORMAT",
      `checkpoint of partition ${partition}: ${bytes.length} bytes that can't be read; use the release that wrote it, or start with new storage`,
      { cause },
    );
  }
}
