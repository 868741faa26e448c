import { describe, expect, it } from "vitest";
import { trainCommand } from "../../services/trainer/command.ts";
import type { TrainOptions } from "../../services/trainer/options.ts";
import { trainerSettings } from "../../services/trainer/options.ts";
import { trainingOf } from "./testing/training-examples.ts";
import { resultFile, trainArguments } from "./train-arguments.ts";

/** The options that `velib train` itself reads from the arguments. */
function optionsOf(spec: Record<string, unknown>): TrainOptions {
  const [name, ...args] = trainArguments(trainingOf(spec), "paris");
  const command = trainCommand().exitOverride();
  let options: TrainOptions | null = null;
  command.action((given: TrainOptions) => {
    options = given;
  });
  command.parse(args, { from: "user" });
  expect(name).toBe(command.name());
  if (options === null) throw new Error("velib train did not take the arguments");
  return options;
}

const settingsOf = (spec: Record<string, unknown>) =>
  trainerSettings(optionsOf(spec), { dataDir: "velib-data" }, Date.parse("2024-11-11T03:00:00Z"));

describe("velib train understands the command line of a run", () => {
  it("of the smallest training", () => {
    const { training, history, pin } = settingsOf({});

    expect(training).toMatchObject({
      name: "paris-full",
      source: "paris",
      target: "Full",
      horizonMs: 3_600_000,
      solver: { kind: "Newton", l2: 1 },
      promotion: { metric: "Brier", minimumGain: 0 },
    });
    expect(training.zone.name).toBe("Etc/UTC");
    expect(history).toMatchObject({ stations: [], lengthMs: 30 * 86_400_000 });
    expect(pin).toBeNull();
  });

  it("of one with every field set", () => {
    const { training, history, pin } = settingsOf({
      logisticRegression: {
        target: "Empty",
        horizon: "30m",
        history: "7d",
        stations: ["16107", "-1", "rue du Bac"],
        solver: "GradientDescent",
        steps: 100,
      },
      timeZone: "Europe/Paris",
      promotion: { metric: "AveragePrecision", minimumGain: 1e-7 },
      pin: "20241110-6a6fd880",
    });

    expect(training).toMatchObject({
      target: "Empty",
      horizonMs: 1_800_000,
      solver: { kind: "GradientDescent", steps: 100 },
      promotion: { metric: "AveragePrecision", minimumGain: 1e-7 },
    });
    expect(training.zone.name).toBe("Europe/Paris");
    expect(history).toMatchObject({ stations: ["16107", "-1", "rue du Bac"], lengthMs: 7 * 86_400_000 });
    expect(pin).toBe("20241110-6a6fd880");
  });

  it("and writes its result where the kubelet reads it", () => {
    expect(optionsOf({})).toMatchObject({ config: "/etc/velib/config/velib.json", resultFile });
  });
});
