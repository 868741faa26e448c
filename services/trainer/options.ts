import { VelibError } from "../../core/errors.ts";
import type { Solver } from "../../core/models/forecast-model.ts";
import type { SolverSettings } from "../../core/models/learn.ts";
import type { PromotionMetric } from "../../core/models/promotion.ts";
import type { ForecastTarget } from "../../core/models/samples.ts";
import { checkOption } from "../config/check-option.ts";
import type { HistoryPlace, PlaceOptions } from "../jobs/history-place.ts";
import { keyframeMs } from "../jobs/history-place.ts";
import {
  invalidOption,
  optionCount,
  optionDuration,
  optionInstant,
  optionNumber,
  optionTimeZone,
} from "../jobs/option-values.ts";
import type { JobOptions } from "../jobs/run-job.ts";
import type { TrainerSettings } from "./trainer.ts";

/** The command line of `velib train`. */
export interface TrainOptions extends JobOptions, PlaceOptions {
  source?: string;
  station?: string[];
  target: ForecastTarget;
  horizon: string;
  tolerance?: string;
  history: string;
  until?: string;
  split?: string;
  solver: Solver;
  l2: string;
  steps: string;
  name?: string;
  promotionMetric: PromotionMetric;
  minimumGain: string;
  pin?: string;
  timeZone: string;
  keyframeInterval?: string;
  resultFile?: string;
}

/**
 * The settings of a training; without a source named, its name is empty.
 * @param now ms
 * @throws VelibError VELIB_CONFIG_INVALID with the option's name and what was expected
 */
export function trainerSettings(options: TrainOptions, place: HistoryPlace, now: number): TrainerSettings {
  checkOption("--source", "name", options.source);
  const { target, horizon, tolerance, split, until } = options;
  return {
    training: {
      source: options.source ?? "",
      name: modelName(options),
      target,
      horizonMs: optionDuration("--horizon", horizon),
      toleranceMs: tolerance === undefined ? null : optionDuration("--tolerance", tolerance),
      zone: optionTimeZone("--time-zone", options.timeZone),
      solver: solverSettings(options),
      split: split === undefined ? null : optionInstant("--split", split),
      promotion: {
        metric: options.promotionMetric,
        minimumGain: optionNumber("--minimum-gain", options.minimumGain, 0),
      },
    },
    history: {
      stations: [...new Set(options.station ?? [])],
      lengthMs: optionDuration("--history", options.history),
      until: until === undefined ? now : optionInstant("--until", until),
      keyframeMs: keyframeMs(place, options.keyframeInterval),
    },
    pin: options.pin ?? null,
  };
}

function solverSettings({ solver, l2, steps }: TrainOptions): SolverSettings {
  if (solver === "Newton") return { kind: solver, l2: optionNumber("--l2", l2, 0) };
  return { kind: solver, steps: optionCount("--steps", steps, 1, 10_000_000) };
}

/** Forecasts of other stations are other forecasts: under one name, one would take the other's place in service. */
function modelName({ name: given, target, horizon, station = [] }: TrainOptions): string {
  if (given === undefined && station.length > 1) {
    throw new VelibError("VELIB_CONFIG_INVALID", "--name: missing; name the forecast of these stations");
  }
  const name = given ?? [target.toLowerCase(), horizon, ...station].join("-");
  if (/^[A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?$/.test(name)) return name;
  throw invalidOption("--name", "up to 253 letters, digits, dots, dashes and underscores", name);
}
