import { deadLetterReasons } from "../../core/dead-letter/dead-letter.ts";

/** What became of a poll: it counted; its body or all its rows were refused; no body came. */
export const pollOutcomes = ["counted", "rejected", "failed"] as const;
export type PollOutcome = (typeof pollOutcomes)[number];

/** What became of a user that the users API gave: written to the log; dead-lettered. */
export const userOutcomes = ["created", "rejected"] as const;
export type UserOutcome = (typeof userOutcomes)[number];

export const windowKinds = ["station", "zone"] as const;
export type WindowKind = (typeof windowKinds)[number];

/** Steps from a source to the results: fetch and judge; write to the log; compute windows; store them. */
export const processingStages = ["poll", "append", "aggregate", "commit"] as const;
export type ProcessingStage = (typeof processingStages)[number];

/** Commands that do their work and end. */
export const jobNames = ["batch", "train"] as const;
export type JobName = (typeof jobNames)[number];

/** Who is judged in a training, and by what. */
export const contenders = ["candidate", "persistence", "serving"] as const;
export type ContenderName = (typeof contenders)[number];
export const scoreNames = ["brier", "log_loss", "auc", "average_precision", "calibration_error"] as const;
export type ScoreName = (typeof scoreNames)[number];

/** The values a label can have, as the reference page states them. */
export const labelValues: Record<string, readonly string[] | string> = {
  source: "the configured sources; `users` for the users API; `unknown` for sources that no producer announced",
  outcome: [...new Set([...pollOutcomes, ...userOutcomes])],
  reason: deadLetterReasons,
  kind: windowKinds,
  stage: processingStages,
  group: "the log's consumer groups",
  task: jobNames,
  model: "the forecasts' names",
  contender: contenders,
  score: scoreNames,
  partition: "the log's partitions, from 0",
  version: "this release",
  node: "the Node.js release",
  method: "HTTP methods",
  route: 'route templates, `"unmatched"` for the rest',
  status: "HTTP status codes",
};
