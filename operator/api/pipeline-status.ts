import { type Static, Type } from "typebox";
import { Conditions } from "./conditions.ts";
import { Choice, Instant, Label, ListByKey, Section, Text } from "./field-types.ts";
import { sourceKinds } from "./sources.ts";

const Amount = (description: string) => Type.Integer({ description, format: "int64", minimum: 0 });

const SourceStatus = Section("What is known of a source, as the pipeline's API tells it", {
  name: Text("Its name", { maxLength: 63 }),
  kind: Choice("Its kind", sourceKinds),
  stations: Type.Optional(Amount("Stations known")),
  lastObservationTime: Type.Optional(Instant("Time of the newest poll that counted")),
  fresh: Type.Optional(Type.Boolean({ description: "Whether the newest poll is younger than hold" })),
});

const ComponentStatus = Section("The pods of a component", {
  name: Text("producer, aggregator, archiver or api", { maxLength: 63 }),
  replicas: Amount("Pods asked for"),
  readyReplicas: Amount("Pods ready"),
  version: Type.Optional(Text("The version all of them run", { maxLength: 128 })),
});

const Endpoints = Section("Where the pipeline is reached", {
  api: Type.Optional(Text("The API inside the cluster", { maxLength: 2048 })),
  console: Type.Optional(Text("The console from outside, where it is exposed", { maxLength: 2048 })),
  kafka: Type.Optional(Text("Kafka's bootstrap servers", { maxLength: 4096 })),
});

const AutoscalingStatus = Section("What autoscaling would have", {
  recommendedReplicas: Amount("Aggregators that work off the backlog in time"),
  currentReplicas: Amount("Aggregators there were at that time"),
  lag: Amount("Records not read yet at that time"),
  recordsPerSecond: Type.Optional(Type.Number({ description: "Records an aggregator reads in a second", minimum: 0 })),
  catchUpSeconds: Type.Optional(Type.Number({ description: "Time to work off the backlog as it is", minimum: 0 })),
  reason: Text("Why, in one word", { maxLength: 64 }),
  time: Instant("When it was last found to differ"),
  lastScaleTime: Type.Optional(Instant("When the number last changed")),
});

const Drained = Section("Where the log stood when the pipeline was suspended: nothing after it was written", {
  time: Instant("When the last record was worked off"),
  offsets: Type.Array(
    Section("A partition of the log", {
      topic: Text("Its topic", { maxLength: 249 }),
      partition: Type.Integer({ description: "Its number", format: "int32", minimum: 0 }),
      offset: Text("The offset the next record gets; a text, as it can exceed 2⁵³", { maxLength: 20 }),
    }),
    {
      description: "The end of each partition",
      maxItems: 512,
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": ["topic", "partition"],
    },
  ),
});

/** The status of a VelibPipeline. */
export const VelibPipelineStatus = Section("What is so, as the operator found it", {
  observedGeneration: Type.Optional(
    Type.Integer({ description: "The generation the status is about", format: "int64", minimum: 0 }),
  ),
  conditions: Type.Optional(Conditions),
  sources: Type.Optional(ListByKey("The sources", "name", SourceStatus, { maxItems: 64 })),
  usedSources: Type.Optional(
    ListByKey(
      "Every name that a source ever had, with its kind: a name that comes back must mean the same network",
      "name",
      Section("A name", { name: Label("The name"), kind: Choice("The kind it stands for", sourceKinds) }),
      { maxItems: 256 },
    ),
  ),
  stations: Type.Optional(Amount("Stations of all sources")),
  lag: Type.Optional(Amount("Records of the log that no aggregator has worked off")),
  lastObservationTime: Type.Optional(Instant("Time of the newest poll of any source")),
  deadLetters: Type.Optional(
    ListByKey(
      "What could not be read, by its reason",
      "reason",
      Section("A reason", { reason: Text("The reason", { maxLength: 64 }), count: Amount("How many") }),
      { maxItems: 32 },
    ),
  ),
  components: Type.Optional(ListByKey("The components' pods", "name", ComponentStatus, { maxItems: 16 })),
  endpoints: Type.Optional(Endpoints),
  lastSuccessfulVersion: Type.Optional(
    Text("The newest version that all components became ready with", { maxLength: 128 }),
  ),
  autoscaling: Type.Optional(AutoscalingStatus),
  drained: Type.Optional(Drained),
});
export type VelibPipelineStatus = Static<typeof VelibPipelineStatus>;
