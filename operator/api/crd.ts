import type { TSchema } from "typebox";
import type { CelRule } from "./cel-rules.ts";
import { ModelTrainingSpec, modelTrainingRules } from "./model-training.ts";
import { VelibPipelineStatus } from "./pipeline-status.ts";
import {
  categories,
  group,
  modelTrainingNames,
  type ResourceNames,
  velibPipelineNames,
  version,
} from "./resource-names.ts";
import { modelTrainingNotes, velibPipelineNotes } from "./resource-notes.ts";
import { structuralSchema } from "./structural-schema.ts";
import { ModelTrainingStatus } from "./training-status.ts";
import { VelibPipelineSpec, velibPipelineRules } from "./velib-pipeline.ts";

/** A column of `kubectl get`. Those of priority 1 show with `-o wide` only. */
export interface PrinterColumn {
  name: string;
  type: "string" | "integer" | "date" | "boolean";
  jsonPath: string;
  description: string;
  priority?: 1;
}

/** All that makes a kind. */
export interface Resource {
  names: ResourceNames;
  description: string;
  /** What the reference page says beyond its tables: lines of Markdown. */
  notes: readonly string[];
  spec: TSchema;
  status: TSchema;
  /** Rules that need more than the spec. */
  rules: readonly CelRule[];
  columns: readonly PrinterColumn[];
}

const conditionStatus = (type: string) => `.status.conditions[?(@.type=="${type}")].status`;
const conditionMessage = (type: string) => `.status.conditions[?(@.type=="${type}")].message`;
const age: PrinterColumn = {
  name: "Age",
  type: "date",
  jsonPath: ".metadata.creationTimestamp",
  description: "Time since it was made",
};
const message: PrinterColumn = {
  name: "Message",
  type: "string",
  jsonPath: conditionMessage("Ready"),
  description: "Why it is ready or not, and the remedy",
  priority: 1,
};

export const velibPipelineResource: Resource = {
  names: velibPipelineNames,
  description:
    "A pipeline polls bike-share networks and keeps their averages, history, daily files and forecasts. Only spec.sources has to be written.",
  notes: velibPipelineNotes,
  spec: VelibPipelineSpec,
  status: VelibPipelineStatus,
  rules: velibPipelineRules,
  columns: [
    { name: "Ready", type: "string", jsonPath: conditionStatus("Ready"), description: "Whether all components are" },
    { name: "Fresh", type: "string", jsonPath: conditionStatus("DataFresh"), description: "Whether all sources are" },
    { name: "Stations", type: "integer", jsonPath: ".status.stations", description: "Stations of all sources" },
    { name: "Lag", type: "integer", jsonPath: ".status.lag", description: "Records no aggregator has worked off" },
    {
      name: "Last observation",
      type: "date",
      jsonPath: ".status.lastObservationTime",
      description: "Time since the newest poll",
    },
    {
      name: "Suspended",
      type: "boolean",
      jsonPath: ".spec.suspend",
      description: "Whether it is asked to stop",
      priority: 1,
    },
    { name: "API", type: "string", jsonPath: ".status.endpoints.api", description: "Where the API is", priority: 1 },
    {
      name: "Version",
      type: "string",
      jsonPath: ".status.lastSuccessfulVersion",
      description: "The newest version that all components became ready with",
      priority: 1,
    },
    message,
    age,
  ],
};

export const modelTrainingResource: Resource = {
  names: modelTrainingNames,
  description:
    "A training learns a model from a pipeline's history, judges it on later data beside the serving model and persistence, and promotes it when it is better.",
  notes: modelTrainingNotes,
  spec: ModelTrainingSpec,
  status: ModelTrainingStatus,
  rules: modelTrainingRules,
  columns: [
    { name: "Ready", type: "string", jsonPath: conditionStatus("Ready"), description: "Whether its last run was good" },
    {
      name: "Pipeline",
      type: "string",
      jsonPath: ".spec.pipelineRef.name",
      description: "The pipeline it learns from",
    },
    {
      name: "Target",
      type: "string",
      jsonPath: ".spec.logisticRegression.target",
      description: "What is forecast",
    },
    {
      name: "Horizon",
      type: "string",
      jsonPath: ".spec.logisticRegression.horizon",
      description: "How far ahead",
    },
    {
      name: "Outcome",
      type: "string",
      jsonPath: ".status.lastResult.outcome",
      description: "What became of the last candidate",
    },
    {
      name: "Serving",
      type: "string",
      jsonPath: ".status.servingVersion",
      description: "The model that forecasts",
    },
    {
      name: "Schedule",
      type: "string",
      jsonPath: ".spec.schedule",
      description: "When it trains",
      priority: 1,
    },
    {
      name: "Reason",
      type: "string",
      jsonPath: ".status.lastResult.reason",
      description: "Why the last candidate was promoted or not",
      priority: 1,
    },
    {
      name: "Last run",
      type: "date",
      jsonPath: ".status.lastScheduleTime",
      description: "Time since the last run began",
    },
    message,
    age,
  ],
};

/** Every kind of the project. */
export const resources: readonly Resource[] = [velibPipelineResource, modelTrainingResource];

/** The name of a kind's CustomResourceDefinition. */
export function crdName({ names }: Resource): string {
  return `${names.plural}.${group}`;
}

/** The CustomResourceDefinition of a kind (apiextensions.k8s.io/v1). */
export function customResourceDefinition(resource: Resource): Record<string, unknown> {
  const { names, columns } = resource;
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: crdName(resource) },
    spec: {
      group,
      scope: "Namespaced",
      names: {
        kind: names.kind,
        listKind: `${names.kind}List`,
        plural: names.plural,
        singular: names.singular,
        shortNames: [names.shortName],
        categories: [...categories],
      },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: columns.map((column) => ({ ...column })),
          schema: { openAPIV3Schema: rootSchema(resource) },
        },
      ],
    },
  };
}

function rootSchema({ description, spec, status, rules }: Resource): Record<string, unknown> {
  return {
    type: "object",
    description,
    required: ["spec"],
    properties: {
      apiVersion: { type: "string", description: "The version of the resource" },
      kind: { type: "string", description: "The resource's kind" },
      metadata: { type: "object" },
      spec: structuralSchema(spec),
      status: structuralSchema(status),
    },
    ...(rules.length === 0 ? {} : { "x-kubernetes-validations": [...rules] }),
  };
}
