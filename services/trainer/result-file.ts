import { writeFileSync } from "node:fs";
import { VelibError } from "../../core/errors.ts";
import type { TrainingSettings } from "../../core/models/train.ts";
import type { TrainingResult } from "../../core/models/training-result.ts";
import { terminationMessageBytes } from "../../core/models/training-result.ts";
import { resultHeading } from "./result-heading.ts";

/**
 * Writes the result where Kubernetes reads a container's termination message. In place: that file is a mount, which
 * can't be renamed over.
 * @throws VelibError VELIB_OUTPUT_UNWRITABLE
 */
export function writeResultFile(path: string, result: TrainingResult): void {
  const text = JSON.stringify(result);
  if (Buffer.byteLength(text) > terminationMessageBytes) {
    throw new RangeError(`training result: expected at most ${terminationMessageBytes} bytes, got ${text.length}`);
  }
  try {
    writeFileSync(path, text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new VelibError("VELIB_OUTPUT_UNWRITABLE", `--result-file ${path}: ${why}; give a path that can be written`, {
      cause,
    });
  }
}

/** The longest message of an error that a result carries; errors of servers can be long. */
const longestMessage = 500;

/** The result of a training that broke off. */
export function failedResult(training: TrainingSettings, error: unknown, durationSeconds: number): TrainingResult {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof VelibError ? ` [${error.code}]` : "";
  return {
    ...resultHeading(training),
    outcome: "NotTrained",
    reason: "Error",
    message: message.slice(0, longestMessage) + code,
    model_version: null,
    serving_version: null,
    converged: false,
    data: null,
    candidate: null,
    persistence: null,
    serving: null,
    duration_seconds: durationSeconds,
  };
}
