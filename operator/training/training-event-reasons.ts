/** What the operator tells by events on a training, each with what it means: a closed list for the reference page. */
export const trainingEventReasons = {
  RunBegun: "A Job was made",
  RunSuperseded: "A run was ended, as the spec it was for is no longer so; another follows",
  Promoted: "A run's candidate serves now; the note has the scores",
  NotPromoted: "A run's candidate does not serve; the note says why, and has the scores",
  NotTrained: "A run had nothing to learn from, or broke off; the note says why",
} as const;
export type TrainingEventReason = keyof typeof trainingEventReasons;
