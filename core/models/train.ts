import type { TimeZone } from "../time/time-zone.ts";
import { featureNames } from "./features.ts";
import type { ForecastModel } from "./forecast-model.ts";
import { isUsable, withVersion } from "./forecast-model.ts";
import type { Judgement } from "./judge.ts";
import { judgeModel, judgePersistence } from "./judge.ts";
import type { Learned, SolverSettings } from "./learn.ts";
import { learn } from "./learn.ts";
import type { Decision, PromotionRule } from "./promotion.ts";
import { decide } from "./promotion.ts";
import type { ForecastTarget } from "./samples.ts";
import type { StationSeries } from "./station-series.ts";
import type { RowCount, TrainingRows } from "./training-rows.ts";
import { defaultSplit, rowCount, trainingRows } from "./training-rows.ts";

export interface TrainingSettings {
  source: string;
  name: string;
  target: ForecastTarget;
  horizonMs: number;
  /** How much later than the horizon the deciding poll may be, ms; null: the median time between polls. */
  toleranceMs: number | null;
  zone: TimeZone;
  solver: SolverSettings;
  /** Learned from before, judged from then on, ms; null: the last quarter of the local days is judged. */
  split: number | null;
  promotion: PromotionRule;
}

/** The polls a model is made of, ms: learned from [from, split), judged on [split, to]. */
export interface DataWindow {
  from: number;
  split: number;
  to: number;
}

/** What was learned from. */
export interface TrainingData extends DataWindow {
  polls: number;
  stations: number;
  /** One poll in so many was sampled, to bound the memory. */
  pollsPerSample: number;
  /** Rows that the hour rates, and (later ones) that the coefficients were learned from. */
  rates: RowCount;
  fitted: RowCount;
}

export interface Training {
  decision: Decision;
  /** Null when there were too few polls to split. */
  data: TrainingData | null;
  /** What follows is null when there was too little to learn from or to judge on. */
  model: ForecastModel | null;
  converged: boolean;
  candidate: Judgement | null;
  persistence: Judgement | null;
  /** The model in service, where there is one that forecasts the same. */
  serving: Judgement | null;
}

const leastFittedRows = 100;
const leastJudgedRows = 50;

/**
 * Learns a forecast from the days before the split and judges it on those after it, beside persistence and the model
 * that serves: all on the same rows, that none of them learned from.
 * @param polls times of the source's polls, ascending, ms
 */
export function train(
  stations: readonly StationSeries[],
  polls: readonly number[],
  settings: TrainingSettings,
  serving: ForecastModel | null,
): Training {
  const [from, to] = [polls[0], polls.at(-1)];
  const split = settings.split ?? defaultSplit(polls, settings.zone);
  if (from === undefined || to === undefined || split === null) return noModel("NotEnoughData", null);
  const rival = serving !== null && forecastsTheSame(serving, settings) ? serving : null;
  const judgedFrom = Math.max(split, rival?.data.split ?? split);
  const rows = trainingRows(stations, polls, { ...settings, split, judgedFrom });
  const data = dataOf({ from, split, to }, polls, stations, rows);
  const { positives } = data.fitted;
  if (rows.fitted.length < leastFittedRows || rows.judged.length < leastJudgedRows) {
    return noModel("NotEnoughData", data);
  }
  if (positives === 0 || positives === rows.fitted.length) return noModel("OneOutcomeOnly", data);
  const learned = learn(rows, settings.solver);
  const model = modelOf(settings, learned, { from, split, to });
  return { data, model, converged: learned.converged, ...compare(model, rival, rows, settings.promotion) };
}

function forecastsTheSame(model: ForecastModel, { target, horizonMs }: TrainingSettings): boolean {
  return isUsable(model) && model.target === target && model.horizonMs === horizonMs;
}

function compare(
  model: ForecastModel,
  rival: ForecastModel | null,
  { judged }: TrainingRows,
  rule: PromotionRule,
): Pick<Training, "decision" | "candidate" | "persistence" | "serving"> {
  const candidate = judgeModel(model, judged);
  const persistence = judgePersistence(judged);
  const serving = rival === null ? null : judgeModel(rival, judged);
  const decision = decide(
    { version: model.version, ...candidate.all },
    persistence.all,
    rival === null || serving === null ? null : { version: rival.version, ...serving.all },
    rule,
  );
  return { decision, candidate, persistence, serving };
}

function modelOf(settings: TrainingSettings, { regression, rates }: Learned, data: DataWindow): ForecastModel {
  const { source, name, target, horizonMs, solver, zone } = settings;
  return withVersion({
    source,
    name,
    target,
    horizonMs,
    solver: solver.kind,
    l2: solver.kind === "Newton" ? solver.l2 : null,
    timeZone: zone.name,
    features: [...featureNames],
    regression,
    rates,
    data,
  });
}

function dataOf(
  window: DataWindow,
  polls: readonly number[],
  stations: readonly StationSeries[],
  rows: TrainingRows,
): TrainingData {
  return {
    ...window,
    polls: polls.length,
    stations: stations.length,
    pollsPerSample: rows.pollsPerSample,
    rates: rowCount(rows.early),
    fitted: rowCount(rows.fitted),
  };
}

function noModel(reason: "NotEnoughData" | "OneOutcomeOnly", data: TrainingData | null): Training {
  return {
    decision: { outcome: "NotTrained", reason },
    data,
    model: null,
    converged: false,
    candidate: null,
    persistence: null,
    serving: null,
  };
}
