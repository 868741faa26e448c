import { featureNames } from "../../core/models/features.ts";
import type { StoredModel } from "../../core/ports/model-store.ts";

interface Given {
  version: string;
  trainedAt: number;
  source?: string;
  name?: string;
}

/** A model with numbers and names that a careless store would change. */
export function storedModel({ version, trainedAt, source = "paris", name = "full-60m" }: Given): StoredModel {
  return {
    trainedAt,
    model: {
      source,
      name,
      version,
      target: "Full",
      horizonMs: 3_600_000,
      solver: "Newton",
      l2: 1,
      timeZone: "Europe/Paris",
      features: [...featureNames],
      regression: { intercept: 0.1 + 0.2, coefficients: featureNames.map((_, i) => 1 / (i + 3)) },
      rates: { stations: { "16.107": [5e-324, -1 / 3], $where: [0], "": [1] }, all: [2] },
      data: { from: 0, split: 1_731_110_400_000, to: 1_731_272_100_000 },
    },
    result: {
      kind: "TrainingResult",
      source,
      model: name,
      target: "Full",
      horizon_seconds: 3600,
      solver: "Newton",
      metric: "Brier",
      minimum_gain: 0,
      outcome: "NotTrained",
      reason: "NotEnoughData",
      message: "",
      model_version: null,
      serving_version: null,
      converged: true,
      data: null,
      candidate: null,
      persistence: null,
      serving: null,
      duration_seconds: 0.25,
    },
  };
}
