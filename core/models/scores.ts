/** How good forecasts were: what was said (0 to 1) beside what came. */
export interface Judged {
  /** Probabilities. */
  probabilities: Float64Array;
  /** What the rows are ranked by where the probabilities alone do not: persistence ranks by the count left. */
  ranking: Float64Array;
  /** 0 or 1 a row. */
  labels: Uint8Array;
}

export interface Scores {
  rows: number;
  positives: number;
  /** Mean squared error of the probability. */
  brier: number;
  /** Mean −ln of the probability of what came; a certainty that was wrong counts as 1e-15. */
  logLoss: number;
  /** Probability that a positive row ranks above a negative one; null when there is only one kind. */
  auc: number | null;
  /** Mean precision at each positive row's rank; null without a positive row. */
  averagePrecision: number | null;
  /** Mean distance of said and come over 20 bins of equally many rows. */
  calibrationError: number;
}

/** All scores of at least one row. */
export function scoresOf(judged: Judged): Scores {
  const { probabilities, ranking, labels } = judged;
  const rows = labels.length;
  const positives = labels.reduce((sum, label) => sum + label, 0);
  const order = descending(ranking);
  return {
    rows,
    positives,
    brier: brier(probabilities, labels),
    logLoss: logLoss(probabilities, labels),
    auc: positives === 0 || positives === rows ? null : auc(ranking, labels, order),
    averagePrecision: positives === 0 ? null : averagePrecision(ranking, labels, order),
    calibrationError: calibration(probabilities, labels).error,
  };
}

/** Brier, "Verification of forecasts expressed in terms of probability", Mon. Weather Rev. 78 (1950). */
function brier(probabilities: Float64Array, labels: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < labels.length; i++) sum += (probabilities[i]! - labels[i]!) ** 2;
  return sum / labels.length;
}

const leastProbability = 1e-15;

function logLoss(probabilities: Float64Array, labels: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < labels.length; i++) {
    const said = labels[i] === 1 ? probabilities[i]! : 1 - probabilities[i]!;
    sum -= Math.log(Math.max(said, leastProbability));
  }
  return sum / labels.length;
}

/**
 * Area under the ROC curve by ranks, ties at their average rank: (Σ ranks of positives − P(P + 1)/2) / (P·N).
 * Mann, Whitney (1947); Hanley, McNeil, "The meaning and use of the area under a ROC curve", Radiology 143 (1982).
 */
function auc(ranking: Float64Array, labels: Uint8Array, order: Uint32Array): number {
  const rows = labels.length;
  let rankSum = 0;
  let positives = 0;
  for (const [from, to] of tied(ranking, order)) {
    // Ranks ascend, the order descends.
    const rank = rows - (from + to - 1) / 2;
    for (let i = from; i < to; i++) {
      if (labels[order[i]!] !== 1) continue;
      rankSum += rank;
      positives++;
    }
  }
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * (rows - positives));
}

/** Σ (recall step × precision) over the thresholds, those that tie counted together. */
function averagePrecision(ranking: Float64Array, labels: Uint8Array, order: Uint32Array): number {
  let positives = 0;
  let sum = 0;
  for (const [from, to] of tied(ranking, order)) {
    let here = 0;
    for (let i = from; i < to; i++) here += labels[order[i]!]!;
    positives += here;
    sum += (here * positives) / to;
  }
  return sum / positives;
}

/** A bin of forecasts: what was said and what came, on average. */
export interface CalibrationBin {
  rows: number;
  said: number;
  came: number;
}

const bins = 20;

/** Rows in the order of what was said, in 20 bins of equally many; and Σ rows·|said − came| / Σ rows. */
export function calibration(
  probabilities: Float64Array,
  labels: Uint8Array,
): { bins: CalibrationBin[]; error: number } {
  const order = descending(probabilities).reverse();
  const rows = order.length;
  const result: CalibrationBin[] = [];
  let error = 0;
  for (let bin = 0; bin < bins; bin++) {
    const from = Math.floor((bin * rows) / bins);
    const to = Math.floor(((bin + 1) * rows) / bins);
    if (to === from) continue;
    let said = 0;
    let came = 0;
    for (let i = from; i < to; i++) {
      said += probabilities[order[i]!]!;
      came += labels[order[i]!]!;
    }
    error += Math.abs(said - came) / rows;
    result.push({ rows: to - from, said: said / (to - from), came: came / (to - from) });
  }
  return { bins: result, error };
}

/** Row numbers by value, highest first; of equal values, the earlier row first. */
function descending(values: Float64Array): Uint32Array {
  return Uint32Array.from(values.keys()).sort((a, b) => values[b]! - values[a]! || a - b);
}

/** Stretches [from, to) of the order with equal values. */
function* tied(values: Float64Array, order: Uint32Array): Generator<[from: number, to: number]> {
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && values[order[to]!] === values[order[from]!]) to++;
    yield [from, to];
    from = to;
  }
}
