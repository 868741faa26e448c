import { type Static, Type } from "typebox";
import { Choice, Instant, ListByKey, Section, Text } from "./field-types.ts";

/**
 * What a condition of a VelibPipeline can be about. The first three are those of kstatus
 * (https://github.com/kubernetes-sigs/cli-utils/tree/master/pkg/kstatus); the others come and go with their component.
 */
export const pipelineConditionTypes = [
  "Ready",
  "Reconciling",
  "Stalled",
  "KafkaReady",
  "MongodbReady",
  "CassandraReady",
  "SchemaRegistryReady",
  "ProducersReady",
  "AggregatorsReady",
  "ArchiversReady",
  "ApiReady",
  "BatchReady",
  "MonitoringReady",
  "AutoscalingReady",
  "DataFresh",
  "DeadLetters",
  "Suspended",
  "Drained",
  "ReconciliationPaused",
  "CleanUpFailed",
] as const;
export type PipelineConditionType = (typeof pipelineConditionTypes)[number];

/** What a condition of a ModelTraining can be about. */
export const trainingConditionTypes = [
  "Ready",
  "Reconciling",
  "Stalled",
  "PipelineReady",
  "Trained",
  "Promoted",
  "Suspended",
  "ReconciliationPaused",
] as const;
export type TrainingConditionType = (typeof trainingConditionTypes)[number];

const Condition = Section("One aspect, as https://pkg.go.dev/k8s.io/apimachinery/pkg/apis/meta/v1#Condition", {
  type: Text("The aspect", { maxLength: 316 }),
  status: Choice("Whether it is so", ["True", "False", "Unknown"]),
  observedGeneration: Type.Optional(
    Type.Integer({ description: "The generation it was found for", format: "int64", minimum: 0 }),
  ),
  lastTransitionTime: Instant("When the status last changed"),
  reason: Text("Why, in one word", { maxLength: 1024 }),
  message: Type.String({ description: "Why, and the remedy", maxLength: 32_768 }),
});
export type Condition = Static<typeof Condition>;

export const Conditions = ListByKey("The aspects of its state", "type", Condition, { maxItems: 32 });
