import { CassandraHistory } from "../../adapters/cassandra/cassandra-history.ts";
import { readDataDir } from "../../adapters/sqlite/data-dir.ts";
import { SqliteHistory } from "../../adapters/sqlite/sqlite-history.ts";
import { VelibError } from "../../core/errors.ts";
import type { HistoryStore } from "../../core/ports/history-store.ts";
import { durationMs } from "../../core/time/duration.ts";
import { cassandraOptions } from "../backbone/connections.ts";
import type { BackboneConfig } from "../config/backbone-config.ts";
import { loadBackboneConfig } from "../config/load-backbone-config.ts";
import { optionDuration } from "./option-values.ts";
import { patientOpen } from "./patient-open.ts";
import type { JobContext, JobOptions } from "./run-job.ts";
import { runJob } from "./run-job.ts";

/** Where a job finds the history: a pipeline's servers, or a data dir. */
export type HistoryPlace = { config: BackboneConfig } | { dataDir: string };

export interface PlaceOptions {
  config?: string;
  dataDir?: string;
}

/** @throws VelibError VELIB_CONFIG_* when neither or both are given, or the configuration can't be used */
export function historyPlace({ config, dataDir }: PlaceOptions): HistoryPlace {
  if (config !== undefined && dataDir === undefined) return { config: loadBackboneConfig(config) };
  if (dataDir !== undefined && config === undefined) return { dataDir };
  throw new VelibError(
    "VELIB_CONFIG_INVALID",
    "--config, --data-dir: give one of the two, the pipeline's configuration or the folder of velib local or velib replay",
  );
}

/**
 * How long an unchanged station may send nothing in the history, ms.
 * @param given of the option `--keyframe-interval`
 */
export function keyframeMs(place: HistoryPlace, given: string | undefined): number {
  if (given !== undefined) return optionDuration("--keyframe-interval", given);
  return "config" in place ? durationMs(place.config.deduplication.keyframeInterval) : defaultKeyframeMs;
}

const defaultKeyframeMs = 600_000;

export function runJobAt(
  place: HistoryPlace,
  job: "batch" | "train",
  options: JobOptions,
  work: (context: JobContext) => Promise<void>,
): Promise<void> {
  return runJob(job, "config" in place ? place.config : null, options, work);
}

/** @throws VelibError VELIB_CASSANDRA_*, VELIB_DATA_DIR_* */
export async function openHistory(place: HistoryPlace, job: string, context: JobContext): Promise<HistoryStore> {
  if ("config" in place) {
    const { config } = place;
    return patientOpen("cassandra", context, () => CassandraHistory.open(cassandraOptions(config, job)));
  }
  const dataDir = readDataDir(place.dataDir);
  const history: HistoryStore = new SqliteHistory(dataDir.database);
  const close = async () => dataDir.close();
  return Object.assign(history, { close });
}
