import { durationMs } from "../../../core/time/duration.ts";
import type { VelibPipelineStatus } from "../../api/pipeline-status.ts";
import type { Autoscaling } from "../../api/processing.ts";
import { pipelinePrefix, type VelibPipeline } from "../../api/velib-pipeline.ts";
import { rfc3339Seconds } from "../../runtime/conditions.ts";
import type { ProcessReport } from "../reports/process-report.ts";
import {
  type LagSample,
  type Recommendation,
  readingRates,
  recommendReplicas,
  type ScalingMemory,
} from "../workloads/catch-up.ts";

/** A recommendation, with what it was made from. */
export interface Advice extends Recommendation {
  /** ms since the epoch. */
  readonly at: number;
  readonly currentReplicas: number;
  readonly recordsPerSecond: number | null;
}

/** Recommends for one pipeline, sample by sample. */
export interface Adviser {
  take(sample: LagSample, asked: Autoscaling): void;
  /** The newest one that is not just a wait; null before the first. */
  readonly advice: Advice | null;
}

export function createAdviser(): Adviser {
  let before: LagSample | null = null;
  let perReader: number | null = null;
  let memory: ScalingMemory = { lastScaleAt: null, fewerEnoughSince: null };
  let advice: Advice | null = null;
  return {
    get advice() {
      return advice;
    },
    take(sample, asked) {
      const rates = before === null ? null : readingRates(before, sample);
      before = sample;
      // what a reader can do shows while there is a backlog only, and stays true afterwards
      perReader = rates?.perReader ?? perReader;
      const known = { arriving: rates?.arriving ?? 0, perReader };
      const found = recommendReplicas(sample, known, targetOf(asked), memory, sample.at);
      // the operator scales nothing itself: there is no step up whose effect would have to be waited for
      memory = { ...found.memory, lastScaleAt: null };
      if (found.reason === "CoolingDown" && advice !== null) return;
      advice = { ...found, at: sample.at, currentReplicas: sample.replicas, recordsPerSecond: perReader };
    },
  };
}

/** The backlog of the observations by partition; null where nobody told it. */
export function lagSample(pipeline: VelibPipeline, { at, backlogs, readers }: ProcessReport): LagSample | null {
  const topic = `${pipelinePrefix(pipeline)}.observations`;
  const group = backlogs.get("aggregator")?.find((each) => each.topic === topic);
  if (group === undefined) return null;
  return { at, replicas: readers, partitions: group.partitions.map(({ end, lag }) => ({ end, read: end - lag })) };
}

/** As the status tells it: written anew only when the number, or the reason for it, is another. */
export function autoscalingStatus(
  advice: Advice | null,
  before: VelibPipelineStatus["autoscaling"],
): Pick<VelibPipelineStatus, "autoscaling"> {
  if (advice === null) return before === undefined ? {} : { autoscaling: before };
  const { replicas, currentReplicas, lag, reason, recordsPerSecond, catchUpSeconds, at } = advice;
  const isSame =
    before?.recommendedReplicas === replicas && before.currentReplicas === currentReplicas && before.reason === reason;
  if (isSame) return { autoscaling: before };
  const time = rfc3339Seconds(new Date(at));
  const isScaled = before !== undefined && before.currentReplicas !== currentReplicas;
  const lastScaleTime = isScaled ? time : before?.lastScaleTime;
  return {
    autoscaling: {
      recommendedReplicas: replicas,
      currentReplicas,
      lag,
      ...(recordsPerSecond === null ? {} : { recordsPerSecond: Math.round(recordsPerSecond) }),
      ...(catchUpSeconds === null ? {} : { catchUpSeconds: Math.round(catchUpSeconds) }),
      reason,
      time,
      ...(lastScaleTime === undefined ? {} : { lastScaleTime }),
    },
  };
}

function targetOf(asked: Autoscaling) {
  return {
    targetSeconds: durationMs(asked.catchUpTarget) / 1000,
    minReplicas: asked.minReplicas,
    maxReplicas: asked.maxReplicas,
    scaleUpCooldownMs: durationMs(asked.scaleUpCooldown),
    scaleDownCooldownMs: durationMs(asked.scaleDownCooldown),
  };
}
