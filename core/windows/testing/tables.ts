import type { RefusedRecord } from "../source-windows.ts";
import type { StationWindow } from "../station-window.ts";
import type { WindowSettings } from "../window-engine.ts";
import { WindowEngine } from "../window-engine.ts";
import type { ZonePart, ZoneWindow } from "../zone-window.ts";
import { zoneWindow } from "../zone-window.ts";
import type { AggregatedRecord } from "./records.ts";
import { minuteMs } from "./records.ts";

/** Every final window, each kind sorted by source, station or zone, and start. */
export interface Tables {
  stations: StationWindow[];
  zones: ZoneWindow[];
}

export const threeMinutes: WindowSettings = { lengthMs: 3 * minuteMs, latenessMs: 0 };

/** Gathers an engine's output over any number of engines and restarts of them. */
export class Gathered {
  readonly refused: RefusedRecord[] = [];
  readonly #stations: StationWindow[] = [];
  readonly #parts = new Map<string, ZonePart[]>();

  takeFrom(engine: WindowEngine): void {
    const { stationWindows, zoneParts, refused } = engine.output;
    this.#stations.push(...stationWindows);
    this.refused.push(...refused);
    for (const part of zoneParts) {
      const key = JSON.stringify([part.source, part.zone, part.start]);
      this.#parts.set(key, [...(this.#parts.get(key) ?? []), part]);
    }
    engine.clearOutput();
  }

  tables(): Tables {
    const zones = [...this.#parts.values()].map(zoneWindow).filter((window) => window !== null);
    return {
      stations: this.#stations.toSorted((a, b) =>
        compare([a.source, a.station, a.start], [b.source, b.station, b.start]),
      ),
      zones: zones.toSorted((a, b) => compare([a.source, a.zone, a.start], [b.source, b.zone, b.start])),
    };
  }
}

/** What one engine makes of the records, taken in one after the other. */
export function tablesOf(records: readonly AggregatedRecord[], settings = threeMinutes): Tables {
  const engine = new WindowEngine(settings);
  for (const record of records) engine.ingest(record);
  const gathered = new Gathered();
  gathered.takeFrom(engine);
  return gathered.tables();
}

/** The tables as text, a line a window: equal texts are equal to the last bit (a double's shortest decimal is its own). */
export function textOf({ stations, zones }: Tables): string {
  return [...stations, ...zones].map((window) => JSON.stringify(window)).join("\n");
}

function compare(a: [string, string, number], b: [string, string, number]): number {
  for (const i of [0, 1] as const) {
    if (a[i] !== b[i]) return a[i] < b[i] ? -1 : 1;
  }
  return a[2] - b[2];
}
