import Type, { type Static } from "typebox";
import Value from "typebox/value";
import { TrainingResult as ResultDocument } from "../../core/models/training-result.ts";
import type { TrainingResult, TrainingScores } from "../api/training-status.ts";
import type { KubeObject } from "../runtime/kube-object.ts";
import { trainingComponent } from "./training-names.ts";
import type { RunEnd, TrainingRun } from "./training-run.ts";

/** What a run left behind. */
export interface ReadResult {
  readonly result: TrainingResult;
  /** The version in service after it; null: none; absent where the run could not tell. */
  readonly servingVersion?: string | null;
}

const longestMessage = 1024;

const Terminated = Type.Object({
  exitCode: Type.Integer(),
  message: Type.Optional(Type.String()),
  reason: Type.Optional(Type.String()),
  finishedAt: Type.Optional(Type.String()),
});
type Terminated = Static<typeof Terminated>;

const PodStatus = Type.Object({
  containerStatuses: Type.Array(
    Type.Object({ name: Type.String(), state: Type.Object({ terminated: Type.Optional(Terminated) }) }),
  ),
});

/**
 * The result of a run that ended, out of its pods: the document that `velib train` wrote as the termination message of
 * its container, of the last pod that ended as the run did. Where there is none (the pod is gone, or broke off before
 * it could write), the reason is `Error` and the message says how it ended.
 */
export function resultOfRun(run: TrainingRun & { end: RunEnd }, pods: readonly KubeObject[]): ReadResult {
  const { end } = run;
  const [last] = pods
    .flatMap(terminatedIn)
    .filter(({ exitCode }) => (exitCode === 0) === end.isSuccess)
    .sort((a, b) => Date.parse(b.finishedAt ?? "") - Date.parse(a.finishedAt ?? ""));
  const document = documentIn(last?.message);
  if (document !== null) return fromDocument(run, document);
  const message = last === undefined ? end.message || "its pod is gone" : brokenOff(last, end);
  return { result: { time: end.time, job: run.name, outcome: "NotTrained", reason: "Error", message } };
}

function terminatedIn({ status }: KubeObject): Terminated[] {
  if (!Value.Check(PodStatus, status)) return [];
  return status.containerStatuses.flatMap(({ name, state }) =>
    name === trainingComponent && state.terminated !== undefined ? [state.terminated] : [],
  );
}

/** Members that a newer image may add are passed over. */
function documentIn(message: string | undefined): ResultDocument | null {
  if (message === undefined) return null;
  try {
    const document = Value.Clean(ResultDocument, JSON.parse(message));
    return Value.Check(ResultDocument, document) ? document : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** The log's last line is in the message where the container wrote no result (`FallbackToLogsOnError`). */
function brokenOff({ exitCode, reason, message = "" }: Terminated, end: RunEnd): string {
  const line = message.trim().split("\n").at(-1) ?? "";
  const how = `exit code ${exitCode}${reason === undefined || reason === "Error" ? "" : ` (${reason})`}`;
  return [how, line, end.message].filter(Boolean).join("; ").slice(0, longestMessage);
}

function fromDocument({ name, end }: TrainingRun & { end: RunEnd }, document: ResultDocument): ReadResult {
  const { outcome, reason, message, model_version: modelVersion, data, candidate, serving, persistence } = document;
  const result: TrainingResult = {
    time: end.time,
    job: name,
    outcome,
    reason,
    message: message.slice(0, longestMessage),
    ...(modelVersion === null ? {} : { modelVersion }),
    ...(data === null
      ? {}
      : { data: { from: data.from, split: data.split, to: data.to, polls: data.polls, stations: data.stations } }),
    ...(candidate === null ? {} : { candidate: scores(candidate) }),
    ...(serving === null ? {} : { serving: scores(serving) }),
    ...(persistence === null ? {} : { persistence: scores(persistence) }),
  };
  return reason === "Error" ? { result } : { result, servingVersion: document.serving_version };
}

type DocumentScores = NonNullable<ResultDocument["candidate"]>;

function scores({ version, onset, ...all }: DocumentScores): TrainingScores {
  return {
    ...(version === null ? {} : { version }),
    ...scoreFields(all),
    ...(onset === null ? {} : { onset: scoreFields(onset) }),
  };
}

function scoreFields(fields: NonNullable<DocumentScores["onset"]>) {
  const { rows, positives, brier, log_loss: logLoss, auc, average_precision: averagePrecision } = fields;
  return {
    rows,
    positives,
    brier,
    logLoss,
    ...(auc === null ? {} : { auc }),
    ...(averagePrecision === null ? {} : { averagePrecision }),
    calibrationError: fields.calibration_error,
  };
}
