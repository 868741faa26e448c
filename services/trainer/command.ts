import { Command, Option } from "commander";
import { MongodbModels } from "../../adapters/mongodb/mongodb-models.ts";
import { SqliteModels } from "../../adapters/sqlite/sqlite-models.ts";
import { VelibError } from "../../core/errors.ts";
import { solvers } from "../../core/models/forecast-model.ts";
import { promotionMetrics } from "../../core/models/promotion.ts";
import { forecastTargets } from "../../core/models/samples.ts";
import type { TrainingSettings } from "../../core/models/train.ts";
import type { TrainingResult } from "../../core/models/training-result.ts";
import type { HistoryStore } from "../../core/ports/history-store.ts";
import type { ModelStore } from "../../core/ports/model-store.ts";
import { mongodbOptions } from "../backbone/connections.ts";
import type { HistoryPlace } from "../jobs/history-place.ts";
import { historyPlace, openHistory, runJobAt } from "../jobs/history-place.ts";
import { assertKnownSource } from "../jobs/known-source.ts";
import { patientOpen } from "../jobs/patient-open.ts";
import type { JobContext } from "../jobs/run-job.ts";
import type { ContenderName } from "../metrics/label-values.ts";
import { scoreNames } from "../metrics/label-values.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { TrainOptions } from "./options.ts";
import { trainerSettings } from "./options.ts";
import { failedResult, writeResultFile } from "./result-file.ts";
import type { TrainerSettings } from "./trainer.ts";
import { runTraining } from "./trainer.ts";

export function trainCommand(): Command {
  return new Command("train")
    .description("Learn how likely a station is full, or empty, some time from now; judge it on later days")
    .option("--config <file>", "the pipeline's configuration: history in Cassandra, models in MongoDB")
    .option("--data-dir <dir>", "instead of it: the folder that velib local or velib replay filled")
    .option("--source <name>", "the source to learn from (default: the only one)")
    .option("--station <code...>", "only these stations (default: all together)")
    .addOption(new Option("--target <what>", "what is forecast").choices([...forecastTargets]).default("Full"))
    .option("--horizon <duration>", "how far ahead", "60m")
    .option("--tolerance <duration>", "how much later a poll still decides (default: the time between polls)")
    .option("--history <duration>", "how much of the newest history", "30d")
    .option("--until <time>", "nothing later than this time (default: now)")
    .option("--split <time>", "learn from before it, judge from it on (default: the last quarter of the days)")
    .addOption(new Option("--solver <name>", "how coefficients are found").choices([...solvers]).default("Newton"))
    .option("--l2 <weight>", "weight of the squared coefficients; Newton only", "1")
    .option("--steps <n>", "passes over the rows; GradientDescent only", "5000")
    .option("--name <name>", "the forecast's name (default: target, horizon and station, such as full-60m-16107)")
    .addOption(
      new Option("--promotion-metric <name>", "by what it has to be better to serve")
        .choices([...promotionMetrics])
        .default("Brier"),
    )
    .option("--minimum-gain <difference>", "how much better than persistence and the serving model", "0")
    .option("--pin <version>", "hold this version in service, whatever the training finds")
    .option("--time-zone <zone>", "of the hours of the day that it learns", "UTC")
    .option("--keyframe-interval <duration>", "of the history (default: the configuration's, or 10m)")
    .option("--result-file <path>", "also write the result there, at most 4096 bytes, also when it fails")
    .option("--metrics-file <path>", "write the metrics there at the end, in the Prometheus text format")
    .addOption(
      new Option("--log-level <level>", "what is logged to standard error, as JSON")
        .choices(["debug", "info", "warn", "error", "silent"])
        .default("warn"),
    )
    .addHelpText("after", exitCodes)
    .action(runTrain);
}

const exitCodes = `
Prints the result as JSON. Ends with 0 when there is one, also when no model was made or none promoted: the result's
outcome and reason tell; with 1 when it broke off (a server went away: run it again); with 2 when it was called or
configured wrongly.`;

async function runTrain(options: TrainOptions): Promise<void> {
  const started = performance.now();
  const seconds = () => Math.round(performance.now() - started) / 1000;
  const place = historyPlace(options);
  const settings = trainerSettings(options, place, Date.now());
  const { resultFile } = options;
  try {
    await runJobAt(place, "train", options, async (context) => {
      const result = { ...(await trainAt(place, settings, context)), duration_seconds: seconds() };
      recordScores(context.metrics, result);
      if (resultFile !== undefined) writeResultFile(resultFile, result);
      console.log(JSON.stringify(result, null, 2));
    });
  } catch (error) {
    if (resultFile !== undefined) writeResultFile(resultFile, failedResult(settings.training, error, seconds()));
    throw error;
  }
}

async function trainAt(place: HistoryPlace, settings: TrainerSettings, context: JobContext) {
  const history = await openHistory(place, "train", context);
  let models: ModelStore | null = null;
  try {
    const source = await chooseSource(history, settings.training.source);
    models = await openModels(place, context);
    return await runTraining(
      { ...settings, training: { ...settings.training, source } },
      {
        history,
        models,
        now: Date.now,
        signal: context.signal,
        onRead: (observations) => context.metrics.historyRead.inc({ task: "train", source }, observations),
      },
    );
  } finally {
    await Promise.all([history.close(), models?.close()]);
  }
}

/** @param named empty: the only one there is */
async function chooseSource(history: HistoryStore, named: TrainingSettings["source"]): Promise<string> {
  const sources = await history.sources();
  if (named !== "") {
    assertKnownSource(sources, named);
    return named;
  }
  const [only] = sources;
  if (only !== undefined && sources.length === 1) return only;
  throw new VelibError(
    "VELIB_CONFIG_INVALID",
    only === undefined
      ? "--source: the history has no source yet; let velib archive or velib replay fill it"
      : `--source: name one of ${sources.join(", ")}`,
  );
}

function openModels(place: HistoryPlace, context: JobContext): Promise<ModelStore> | ModelStore {
  if ("dataDir" in place) return SqliteModels.open(place.dataDir);
  const { config } = place;
  return patientOpen("mongodb", context, () => MongodbModels.open(mongodbOptions(config, "train")));
}

function recordScores(metrics: Metrics, result: TrainingResult): void {
  const contenders: ContenderName[] = ["candidate", "persistence", "serving"];
  for (const contender of contenders) {
    const scores = result[contender];
    if (scores === null) continue;
    for (const score of scoreNames) {
      const value = scores[score];
      if (value !== null) {
        metrics.modelScore.set({ source: result.source, model: result.model, contender, score }, value);
      }
    }
  }
}
