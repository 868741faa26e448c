import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TrainingResult } from "../../core/models/training-result.ts";
import { writeCommuterRecording } from "./commuter-recording.ts";
import { runVelib } from "./velib-process.ts";

let dir: string;
let dataDir: string;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "velib-train-e2e-"));
  dataDir = join(dir, "data");
  const recording = writeCommuterRecording(dir);
  const { code } = await runVelib(["replay", recording, "--source", "suburb", "--data-dir", dataDir]);
  expect(code).toBe(0);
});

afterAll(() => rmSync(dir, { recursive: true }));

function train(...args: string[]) {
  return runVelib(["train", "--data-dir", dataDir, ...args]);
}

async function resultOf(...args: string[]): Promise<TrainingResult> {
  const { code, stdout, stderr } = await train(...args);
  expect(stderr).toBe("");
  expect(code).toBe(0);
  return JSON.parse(stdout);
}

describe("velib train", () => {
  it("promotes what beats persistence, rolls back to a pin, and knows its own version again", async () => {
    const file = join(dir, "termination-log");
    const first = await resultOf("--result-file", file, "--l2", "1000");
    const better = await resultOf("--metrics-file", join(dir, "train.prom"));
    const pinned = await resultOf("--pin", first.model_version ?? "");
    const unpinned = await resultOf("--l2", "1000");

    expect(first).toMatchObject({ source: "suburb", model: "full-60m", reason: "BetterThanPersistence" });
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(first);
    expect(better).toMatchObject({ reason: "BetterThanServing", serving: { version: first.model_version } });
    expect(pinned).toMatchObject({ reason: "Pinned", serving_version: first.model_version });
    expect(unpinned).toMatchObject({ reason: "AlreadyServing", model_version: first.model_version });
    expect(readFileSync(join(dir, "train.prom"), "utf8")).toContain(
      `velib_model_score{source="suburb",model="full-60m",contender="candidate",score="brier"} ${better.candidate?.brier}\n`,
    );
  });

  it("learns one station by the package's gradient descent", async () => {
    const result = await resultOf("--station", "30002", "--solver", "GradientDescent", "--steps", "500");

    expect(result).toMatchObject({ model: "full-60m-30002", solver: "GradientDescent", data: { stations: 1 } });
    expect(result.candidate?.brier).toBeLessThan(result.persistence?.brier ?? 0);
  });

  it("ends with 0 and a reason where there is nothing to learn", async () => {
    const never = await resultOf("--station", "30001");
    const short = await resultOf("--name", "short", "--history", "6h");

    expect(never).toMatchObject({ outcome: "NotTrained", reason: "OneOutcomeOnly", candidate: null });
    expect(short).toMatchObject({ outcome: "NotTrained", reason: "NotEnoughData", data: null });
  });

  it("writes what went wrong into the result file too", async () => {
    const file = join(dir, "failed");

    const { code, stdout, stderr } = await train("--pin", "20240101-00000000", "--result-file", file);

    const result: TrainingResult = JSON.parse(readFileSync(file, "utf8"));
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain('velib: model full-60m of source suburb: there is no version "20240101-00000000"');
    expect(result).toMatchObject({ outcome: "NotTrained", reason: "Error", candidate: null });
    expect(result.message).toContain("[VELIB_MODEL_UNKNOWN]");
  });

  it.each([
    { args: ["--source", "oslo"], says: "--source oslo: the history has no such source; it has suburb" },
    { args: ["--horizon", "never"], says: "--horizon: expected a duration" },
    { args: ["--config", "pipeline.yaml"], says: "--config, --data-dir: give one of the two" },
    { args: ["--target", "Half"], says: "argument 'Half' is invalid" },
  ])("refuses $args with 2, in one line", async ({ args, says }) => {
    const { code, stderr } = await train("--log-level", "silent", ...args);

    expect(code).toBe(2);
    expect(stderr).toContain(says);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(existsSync(join(dir, "pipeline.yaml"))).toBe(false);
  });
});
