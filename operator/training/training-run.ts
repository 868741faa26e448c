import Type, { type Static } from "typebox";
import Value from "typebox/value";
import type { ModelTraining } from "../api/model-training.ts";
import { controllerOf, isTerminating, type LiveObject } from "../runtime/kube-object.ts";
import { specHashIn, trainingLabel, trainingNames } from "./training-names.ts";

/** One run of a training: a Job, as far as it matters here. */
export interface TrainingRun {
  readonly name: string;
  readonly uid: string;
  /** RFC 3339. */
  readonly begunAt: string;
  /** Null while it goes on. */
  readonly end: RunEnd | null;
  readonly isTerminating: boolean;
  /** Of the spec that the operator began it for; null where the CronJob did. */
  readonly specHash: string | null;
}

export interface RunEnd {
  /** RFC 3339. */
  readonly time: string;
  readonly isSuccess: boolean;
  /** What the Job itself says of its failure. */
  readonly message: string;
}

const Text = Type.Optional(Type.String());

const JobStatus = Type.Object({
  completionTime: Text,
  conditions: Type.Optional(
    Type.Array(
      Type.Object({
        type: Type.String(),
        status: Type.String(),
        lastTransitionTime: Text,
        reason: Text,
        message: Text,
      }),
    ),
  ),
});

/** The runs among Jobs that bear the training's label, the newest first. Others' Jobs with the label are left out. */
export function runsOf(training: ModelTraining & LiveObject, jobs: readonly LiveObject[]): TrainingRun[] {
  return jobs
    .filter((job) => isOf(training, job))
    .map((job) => runOf(training, job))
    .sort((a, b) => (a.begunAt === b.begunAt ? compare(b.name, a.name) : compare(b.begunAt, a.begunAt)));
}

/** The training that a Job was made for, by its label. */
export function trainingNameOf({ metadata: { labels } }: LiveObject): string | null {
  return labels?.[trainingLabel] ?? null;
}

function isOf(training: ModelTraining & LiveObject, job: LiveObject): boolean {
  const owner = controllerOf(job);
  if (owner === null || trainingNameOf(job) !== training.metadata.name) return false;
  return (
    owner.uid === training.metadata.uid || (owner.kind === "CronJob" && owner.name === trainingNames(training).cronJob)
  );
}

function runOf(training: ModelTraining, { metadata, ...job }: LiveObject): TrainingRun {
  const { name, uid, creationTimestamp = "" } = metadata;
  return {
    name,
    uid,
    begunAt: creationTimestamp,
    end: endOf(Value.Check(JobStatus, job.status) ? job.status : {}),
    isTerminating: isTerminating({ metadata, ...job }),
    specHash: specHashIn(training, name),
  };
}

/** https://kubernetes.io/docs/concepts/workloads/controllers/job/#job-termination-and-cleanup */
function endOf({ conditions = [], completionTime }: Static<typeof JobStatus>): RunEnd | null {
  for (const { type, status, lastTransitionTime, reason = "", message = "" } of conditions) {
    const isSuccess = type === "Complete";
    if (status !== "True" || (!isSuccess && type !== "Failed")) continue;
    const time = (isSuccess ? completionTime : undefined) ?? lastTransitionTime;
    if (time === undefined) continue;
    return { time, isSuccess, message: [reason, message].filter(Boolean).join(": ") };
  }
  return null;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
