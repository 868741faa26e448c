import type { Retention } from "../../adapters/sqlite/sqlite-retention.ts";
import { durationMs } from "../../core/time/duration.ts";
import type { WindowSettings } from "../../core/windows/window-engine.ts";
import { assertWindowSettings } from "../../core/windows/window-engine.ts";
import type { Config } from "./config.ts";

/** @throws VelibError VELIB_CONFIG_WINDOW */
export function windowSettings(config: Pick<Config, "aggregation">): WindowSettings {
  const { window, allowedLateness } = config.aggregation;
  const settings = { lengthMs: durationMs(window), latenessMs: durationMs(allowedLateness) };
  assertWindowSettings(settings);
  return settings;
}

export function retentionSettings({ retention }: Config): Retention {
  const { log, windows, history } = retention;
  return {
    logMs: durationMs(log),
    windowsMs: durationMs(windows),
    historyMs: history === undefined ? null : durationMs(history),
  };
}

/** How long an observation holds without another unless the source says so, ms: max(10 min, 2 × interval). */
export function holdMs(hold: string | undefined, intervalMs: number): number {
  return hold === undefined ? Math.max(600_000, 2 * intervalMs) : durationMs(hold);
}
