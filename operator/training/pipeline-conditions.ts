import type { PipelineConditionType } from "../api/conditions.ts";
import { type StoredPipeline, statusOf } from "../pipeline/stored-pipeline.ts";

/** Conditions that turn when what a training's pods connect to can, or can no longer, be used. */
const telling = new Set<string>(["KafkaReady", "MongodbReady", "CassandraReady"] satisfies PipelineConditionType[]);

/**
 * What of a pipeline's status matters to its trainings, as a text to be compared. They read what the partners report
 * themselves; that it changed they learn here, so that a lag or a count of stations does not wake them.
 */
export function pipelineConditions(stored: StoredPipeline): string {
  const { conditions = [] } = statusOf(stored);
  return conditions
    .filter(({ type }) => telling.has(type))
    .map(({ type, status, reason }) => `${type} ${status} ${reason}`)
    .sort()
    .join();
}
