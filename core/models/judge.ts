import type { ForecastModel } from "./forecast-model.ts";
import { predict } from "./forecast-model.ts";
import type { Sample } from "./samples.ts";
import type { CalibrationBin, Scores } from "./scores.ts";
import { calibration, scoresOf } from "./scores.ts";

/** How good one contender was on rows it did not learn from. */
export interface Judgement {
  all: Scores;
  /** Only the rows where the target was not reached yet: will it be? Null when there is none. */
  onset: Scores | null;
  calibration: CalibrationBin[];
}

/** The model on at least one sample. */
export function judgeModel(model: ForecastModel, samples: readonly Sample[]): Judgement {
  const probabilities = predict(model, samples);
  return judge(samples, probabilities, probabilities);
}

/**
 * "It stays as it is": the state now as a probability of 0 or 1, and the count left as the ranking (the fewer, the
 * likelier).
 */
export function judgePersistence(samples: readonly Sample[]): Judgement {
  const stays = Float64Array.from(samples, ({ count }) => Number(count === 0));
  const fewest = Float64Array.from(samples, ({ count }) => -count);
  return judge(samples, stays, fewest);
}

function judge(samples: readonly Sample[], probabilities: Float64Array, ranking: Float64Array): Judgement {
  const labels = Uint8Array.from(samples, ({ reached }) => Number(reached));
  const all = scoresOf({ probabilities, ranking, labels });
  const open = (_: number, i: number) => samples[i]!.count > 0;
  const openOnes = {
    probabilities: probabilities.filter(open),
    ranking: ranking.filter(open),
    labels: labels.filter(open),
  };
  const onset = openOnes.labels.length === 0 ? null : scoresOf(openOnes);
  return { all, onset, calibration: calibration(probabilities, labels).bins };
}
