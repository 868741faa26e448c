import { GbfsSource } from "../../adapters/gbfs/gbfs-source.ts";
import { openRecording } from "../../adapters/recording/open-recording.ts";
import { recogniseSource } from "../../adapters/source-url/recognise.ts";
import { durationMs } from "../../core/time/duration.ts";
import type { SourceKind } from "../api/source-description.ts";
import type { SourceConfig } from "../config/config.ts";
import { holdMs } from "../config/settings.ts";
import { parsePace } from "../replay/pace.ts";
import { PollingSource } from "./polling-source.ts";
import { RecordedSource } from "./recorded-source.ts";
import type { RunnableSource } from "./runnable-source.ts";
import { SimulatedSource } from "./simulated-source.ts";
import { sourceCredentials } from "./source-credentials.ts";

export const defaultIntervalMs = 60_000;

/**
 * Opens a configured source.
 * @throws VelibError when its address can't be reached or is no feed, or its recording can't be read
 */
export async function openSource(
  config: SourceConfig,
  now: () => number,
  signal: AbortSignal,
): Promise<RunnableSource> {
  const intervalMs = config.interval === undefined ? defaultIntervalMs : durationMs(config.interval);
  const times = { intervalMs, holdMs: holdMs(config.hold, intervalMs) };
  if (config.recording !== undefined) {
    const recording = await openRecording(config.recording.path);
    const pace = parsePace(config.recording.pace);
    return new RecordedSource(config.name, recording, pace, holdMs(config.hold, recording.intervalMs));
  }
  if (config.simulator !== undefined) return SimulatedSource.start(config.name, config.simulator, times, now);
  if (config.url === undefined) throw new TypeError(`source ${config.name} has no kind`);
  const { address, authentication } = config.url;
  const settings = authentication === undefined ? {} : { credentials: sourceCredentials(authentication) };
  const source = await recogniseSource(address, settings, now(), signal);
  const kind: SourceKind = source instanceof GbfsSource ? "gbfs" : "opendatasoft";
  return new PollingSource(config.name, kind, source, times);
}
