/** What the operator tells by events on a pipeline, each with what it means: a closed list for the reference page. */
export const eventReasons = {
  Ready: "All components are ready with what the spec asks for",
  Stalled: "Somebody has to change something first; the note says what",
  Rolled: "The pods of a Deployment are replaced; the note says which and why",
  Suspended: "The pipeline has stopped in order",
  Resumed: "The pipeline goes on after a stop",
  SourceStale: "A source's newest poll does not hold any more",
  SourceRecovered: "A source is fresh again",
  BatchFailed: "A run of the batch failed",
  NotificationFailed: "A webhook did not take a notification",
  CleanUpAbandoned: "The clean-up did not come through by its deadline; the note says what may be left",
  DataLeft: "Data in systems of the user's own outlives the pipeline; the note says what",
} as const;
export type EventReason = keyof typeof eventReasons;
