import type { TrainingSettings } from "../../core/models/train.ts";
import type { TrainingResult } from "../../core/models/training-result.ts";

/** What a result says of what was asked for, whatever came of it. */
export function resultHeading({ source, name, target, horizonMs, solver, promotion }: TrainingSettings) {
  return {
    kind: "TrainingResult",
    source,
    model: name,
    target,
    horizon_seconds: horizonMs / 1000,
    solver: solver.kind,
    metric: promotion.metric,
    minimum_gain: promotion.minimumGain,
  } as const satisfies Partial<TrainingResult>;
}
