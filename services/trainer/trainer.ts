import type { ForecastModel } from "../../core/models/forecast-model.ts";
import type { Decision, TrainingReason } from "../../core/models/promotion.ts";
import type { Training, TrainingSettings } from "../../core/models/train.ts";
import { train } from "../../core/models/train.ts";
import type { TrainingResult } from "../../core/models/training-result.ts";
import { contenderScores } from "../../core/models/training-result.ts";
import type { HistoryStore } from "../../core/ports/history-store.ts";
import type { ModelStore } from "../../core/ports/model-store.ts";
import { unknownModel } from "../../core/ports/model-store.ts";
import type { Wanted } from "./read-history.ts";
import { readHistory } from "./read-history.ts";
import { resultHeading } from "./result-heading.ts";

export interface TrainerSettings {
  training: TrainingSettings;
  history: Omit<Wanted, "source" | "signal">;
  /** The version to hold in service whatever the training finds; null: promotion decides. */
  pin: string | null;
}

export interface TrainerDeps {
  history: HistoryStore;
  models: ModelStore;
  /** The wall clock, ms: only for when it was trained. */
  now: () => number;
  /** Told how many observations were read. */
  onRead: (observations: number) => void;
  signal: AbortSignal;
}

/**
 * Learns a model from the history, judges it on later days beside persistence and the serving model, stores it, and
 * puts it into service when it is better. Done again over the same history it finds the same version.
 * @returns the result document without its duration
 * @throws VelibError VELIB_MODEL_UNKNOWN for a pin that is not in the store; nothing was trained then
 */
export async function runTraining(
  { training, history, pin }: TrainerSettings,
  deps: TrainerDeps,
): Promise<Omit<TrainingResult, "duration_seconds">> {
  const { source, name } = training;
  const { models } = deps;
  if (pin !== null && (await models.model(source, name, pin)) === null) throw unknownModel(source, name, pin);
  const read = await readHistory(deps.history, { source, ...history, signal: deps.signal });
  deps.onRead(read.observations);
  const serving = await models.serving(source, name);
  const trained = train(read.stations, read.polls, training, serving?.model ?? null);
  const decision = pin !== null && trained.model !== null ? pinned(trained.decision) : trained.decision;
  const servingVersion = pin ?? versionInService(decision, trained.model, serving?.model ?? null);
  const result = resultOf(training, trained, decision, serving?.model.version ?? null, servingVersion);
  if (trained.model !== null) {
    await models.put({ model: trained.model, trainedAt: deps.now(), result: { ...result, duration_seconds: 0 } });
  }
  if (servingVersion !== null && servingVersion !== serving?.model.version) {
    await models.serve(source, name, servingVersion);
  }
  return result;
}

function pinned(decision: Decision): Decision {
  return decision.outcome === "NotTrained" ? decision : { outcome: "NotPromoted", reason: "Pinned" };
}

function versionInService({ outcome }: Decision, candidate: ForecastModel | null, serving: ForecastModel | null) {
  if (outcome === "Promoted" && candidate !== null) return candidate.version;
  return serving?.version ?? null;
}

function resultOf(
  training: TrainingSettings,
  { data, model, converged, candidate, persistence, serving }: Training,
  decision: Decision,
  servedBefore: string | null,
  servingVersion: string | null,
): Omit<TrainingResult, "duration_seconds"> {
  return {
    ...resultHeading(training),
    outcome: decision.outcome,
    reason: decision.reason,
    message: explanations[decision.reason],
    model_version: model?.version ?? null,
    serving_version: servingVersion,
    converged,
    data:
      data === null
        ? null
        : {
            from: new Date(data.from).toISOString(),
            split: new Date(data.split).toISOString(),
            to: new Date(data.to).toISOString(),
            polls: data.polls,
            stations: data.stations,
            polls_per_sample: data.pollsPerSample,
            rates: data.rates,
            fitted: data.fitted,
          },
    candidate: candidate === null ? null : contenderScores(model?.version ?? null, candidate),
    persistence: persistence === null ? null : contenderScores(null, persistence),
    serving: serving === null ? null : contenderScores(servedBefore, serving),
  };
}

const explanations: Record<TrainingReason, string> = {
  BetterThanPersistence: "better than persistence on the days it had not seen, and none served before: it serves now",
  BetterThanServing: "better than the serving model on days neither had seen: it serves now",
  NotBetterThanPersistence: '"it stays as it is" forecasts as well on the days it had not seen',
  NotBetterThanServing: "the serving model forecasts as well on days neither had seen; it stays",
  AlreadyServing: "the same data and settings gave the model that serves already",
  Pinned: "the pinned version serves; the candidate is stored beside it",
  NotEnoughData: "too few polls or rows, or fewer than two days of them; let the history grow, or take more stations",
  OneOutcomeOnly: "the target was always or never reached: nothing to learn or to judge by; take more stations or days",
  Error: "the training broke off",
};
