import { SourceError } from "../../adapters/http/source-error.ts";
import { openRecording } from "../../adapters/recording/open-recording.ts";
import { VelibError } from "../../core/errors.ts";
import type { SourceConfig } from "../config/config.ts";
import { openSource } from "../sources/open-source.ts";
import type { RunnableSource } from "../sources/runnable-source.ts";

/** Vélib's live feed, what `velib local` shows unless told otherwise. */
export const velibLiveUrl =
  "https://opendata.paris.fr/api/explore/v2.1/catalog/datasets/velib-disponibilite-en-temps-reel/exports/json";

const liveTrialMs = 5_000;

/** Vélib's live feed, or null and why not when it does not answer within five seconds. */
export async function tryLiveFeed(
  now: () => number,
  signal: AbortSignal,
): Promise<{ source: RunnableSource } | { source: null; reason: string }> {
  const trial = AbortSignal.any([signal, AbortSignal.timeout(liveTrialMs)]);
  try {
    return { source: await openSource({ name: "paris", url: { address: velibLiveUrl } }, now, trial) };
  } catch (error) {
    if (error instanceof SourceError) return { source: null, reason: error.message };
    if (trial.aborted && !signal.aborted) return { source: null, reason: `no answer within ${liveTrialMs / 1000} s` };
    throw error;
  }
}

/**
 * What `--source` means: `simulator`, an address, or else the path of a recording.
 * @throws VelibError VELIB_RECORDING_* when a path holds no recording
 */
export async function sourceConfig(given: string, name: string | undefined, pace: string): Promise<SourceConfig> {
  if (given === "simulator") return { name: name ?? "simulated", simulator: { stations: 1500, seed: 1 } };
  if (/^https?:\/\//.test(given)) {
    const url = URL.parse(given);
    if (url === null) throw new VelibError("VELIB_CONFIG_INVALID", `--source: "${given}" is no address; check it`);
    return { name: name ?? (given === velibLiveUrl ? "paris" : slug(url.hostname)), url: { address: given } };
  }
  const recording = await named("--source", openRecording(given));
  return { name: name ?? recording.network, recording: { path: given, pace } };
}

/** Says which option or field gave the source that can't be opened. */
export async function named<T>(field: string, opening: Promise<T>): Promise<T> {
  try {
    return await opening;
  } catch (error) {
    if (!(error instanceof VelibError)) throw error;
    throw new VelibError(error.code, `${field}: ${error.message}`, { cause: error });
  }
}

function slug(host: string): string {
  return host
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");
}
