import { pipelinePrefix, type VelibPipeline } from "../../api/velib-pipeline.ts";
import { backboneNames } from "./backbone-names.ts";
import { pipelineTopics } from "./kafka-topics.ts";

/**
 * Labels of the volume claims that have to be deleted with the pipeline, after the objects that use them; null when
 * none have to. Strimzi (`deleteClaim`) and cass-operator (`delete-pvc`) delete their own; MongoDB's operator leaves
 * those of its StatefulSet, which bear the labels it selects its pods by.
 */
export function claimsToDelete(pipeline: VelibPipeline): Readonly<Record<string, string>> | null {
  const { deletionPolicy, mongodb } = pipeline.spec;
  if (deletionPolicy === "Retain" || mongodb.community === undefined) return null;
  return { app: `${backboneNames(pipeline).mongodb}-svc` };
}

/** Data of a pipeline in a system that is the user's own, which no object of Kubernetes stands for. */
export interface ForeignData {
  readonly component: "kafka" | "mongodb" | "cassandra";
  /** What is left: names of topics, of a database, of a keyspace. */
  readonly names: readonly string[];
}

/** What stays in systems of the user's own when the pipeline's objects are gone. */
export function foreignData(pipeline: VelibPipeline): ForeignData[] {
  const { kafka, mongodb, cassandra } = pipeline.spec;
  const prefix = pipelinePrefix(pipeline);
  const left: ForeignData[] = [];
  if (kafka.bootstrapServers !== undefined) {
    left.push({ component: "kafka", names: pipelineTopics(pipeline).map(({ topic }) => topic) });
  }
  if (mongodb.connectionSecretRef !== undefined) left.push({ component: "mongodb", names: [prefix] });
  if (cassandra.contactPoints !== undefined) {
    left.push({ component: "cassandra", names: [prefix.replaceAll("-", "_")] });
  }
  return left;
}
