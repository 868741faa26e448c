import type { ContenderScores, TrainingResult } from "../../../core/models/training-result.ts";

const scored = {
  rows: 214_563,
  positives: 18_442,
  brier: 0.0312345,
  log_loss: 0.112233,
  auc: 0.945678,
  average_precision: 0.812345,
  calibration_error: 0.00412345,
};

function contender(version: string | null, brier: number): ContenderScores {
  return { version, ...scored, brier, onset: { ...scored, brier: brier / 2 } };
}

/** What `velib train` writes, all three contenders judged; every text as long as it can be, unless `more` is shorter. */
export function resultDocument(more: Partial<TrainingResult> = {}): TrainingResult {
  return {
    kind: "TrainingResult",
    source: "s".repeat(63),
    model: "m".repeat(52),
    target: "Full",
    horizon_seconds: 3600,
    solver: "GradientDescent",
    metric: "AveragePrecision",
    minimum_gain: 0.0001234,
    outcome: "NotPromoted",
    reason: "NotBetterThanPersistence",
    message: '"it stays as it is" forecasts as well on the days it had not seen',
    model_version: "20241111-6a6fd880",
    serving_version: "20241110-00000000",
    converged: true,
    data: {
      from: "2024-10-12T00:00:00.000Z",
      split: "2024-11-04T00:00:00.000Z",
      to: "2024-11-11T02:59:00.000Z",
      polls: 43_200,
      stations: 1_482,
      polls_per_sample: 15,
      rates: { rows: 3_214_563, positives: 218_442 },
      fitted: { rows: 1_000_000, positives: 68_442 },
    },
    candidate: contender("20241111-6a6fd880", 0.0312345),
    persistence: contender(null, 0.0401234),
    serving: contender("20241110-00000000", 0.0334567),
    duration_seconds: 61.234,
    ...more,
  };
}
