/** By what a candidate has to be better: the smaller Brier score, or the larger average precision. */
export const promotionMetrics = ["Brier", "AveragePrecision"] as const;
export type PromotionMetric = (typeof promotionMetrics)[number];

/** What became of the candidate; of `NotTrained` there is none. */
export const trainingOutcomes = ["Promoted", "NotPromoted", "NotTrained"] as const;
export type TrainingOutcome = (typeof trainingOutcomes)[number];

/** Why a model serves or does not. A closed list: conditions and alerts rely on it. */
export const trainingReasons = [
  /** No model served before, and the candidate is better than persistence. */
  "BetterThanPersistence",
  /** It is better than the serving model, and than persistence. */
  "BetterThanServing",
  "NotBetterThanPersistence",
  "NotBetterThanServing",
  /** The very same model serves already. */
  "AlreadyServing",
  /** Another version is held in service by `--pin`. */
  "Pinned",
  /** Too few days or rows to learn from or to judge on. */
  "NotEnoughData",
  /** The target was always, or never, reached: there is nothing to learn, or nothing to judge by. */
  "OneOutcomeOnly",
  /** The training broke off. */
  "Error",
] as const;
export type TrainingReason = (typeof trainingReasons)[number];

export interface PromotionRule {
  metric: PromotionMetric;
  /** The least difference in the metric, over persistence as over the serving model. Any gain must be above 0. */
  minimumGain: number;
}

/** A contender's scores that promotion looks at. */
export interface Contender {
  brier: number;
  averagePrecision: number | null;
}

export interface Decision {
  outcome: TrainingOutcome;
  reason: TrainingReason;
}

/** Whether the candidate is to serve; all three were judged on the same rows. */
export function decide(
  candidate: Contender & { version: string },
  persistence: Contender,
  serving: (Contender & { version: string }) | null,
  rule: PromotionRule,
): Decision {
  const overPersistence = gain(candidate, persistence, rule.metric);
  if (overPersistence === null) return { outcome: "NotPromoted", reason: "OneOutcomeOnly" };
  if (serving?.version === candidate.version) return { outcome: "NotPromoted", reason: "AlreadyServing" };
  if (!enough(overPersistence, rule)) return { outcome: "NotPromoted", reason: "NotBetterThanPersistence" };
  if (serving === null) return { outcome: "Promoted", reason: "BetterThanPersistence" };
  const overServing = gain(candidate, serving, rule.metric);
  if (overServing === null || !enough(overServing, rule)) {
    return { outcome: "NotPromoted", reason: "NotBetterThanServing" };
  }
  return { outcome: "Promoted", reason: "BetterThanServing" };
}

function enough(gained: number, { minimumGain }: PromotionRule): boolean {
  return gained > 0 && gained >= minimumGain;
}

/** How much better the first is, in the metric's own unit; null where the metric says nothing. */
function gain(a: Contender, b: Contender, metric: PromotionMetric): number | null {
  if (metric === "Brier") return b.brier - a.brier;
  if (a.averagePrecision === null || b.averagePrecision === null) return null;
  return a.averagePrecision - b.averagePrecision;
}
