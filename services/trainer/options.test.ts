import { expect, it } from "vitest";
import type { TrainOptions } from "./options.ts";
import { trainerSettings } from "./options.ts";

const now = Date.parse("2024-11-11T03:00:00Z");
const place = { dataDir: "velib-data" };

const options: TrainOptions = {
  target: "Full",
  horizon: "60m",
  history: "30d",
  solver: "Newton",
  l2: "1",
  steps: "5000",
  promotionMetric: "Brier",
  minimumGain: "0",
  timeZone: "UTC",
  logLevel: "warn",
};

it("makes settings of the command line", () => {
  const settings = trainerSettings(
    {
      ...options,
      source: "paris",
      station: ["16107", "16107"],
      tolerance: "150s",
      split: "2024-11-09T00:00:00Z",
      l2: "0.1",
      minimumGain: "0.001",
      pin: "20241110-6a6fd880",
      timeZone: "Europe/Paris",
      name: "paris-full",
    },
    place,
    now,
  );

  expect(settings).toMatchObject({
    training: {
      source: "paris",
      name: "paris-full",
      horizonMs: 3_600_000,
      toleranceMs: 150_000,
      solver: { kind: "Newton", l2: 0.1 },
      split: Date.parse("2024-11-09T00:00:00Z"),
      promotion: { metric: "Brier", minimumGain: 0.001 },
    },
    history: { stations: ["16107"], lengthMs: 30 * 86_400_000, until: now, keyframeMs: 600_000 },
    pin: "20241110-6a6fd880",
  });
  expect(settings.training.zone.name).toBe("Europe/Paris");
});

it.each([
  [{}, "full-60m"],
  [{ target: "Empty", horizon: "1h" }, "empty-1h"],
  [{ station: ["16107"] }, "full-60m-16107"],
  [{ station: ["1", "2"], name: "centre" }, "centre"],
] as [Partial<TrainOptions>, string][])("names the forecast of %j %s", (given, name) => {
  expect(trainerSettings({ ...options, ...given }, place, now).training.name).toBe(name);
});

it("counts steps only for gradient descent", () => {
  const { training } = trainerSettings({ ...options, solver: "GradientDescent", steps: "100" }, place, now);

  expect(training.solver).toEqual({ kind: "GradientDescent", steps: 100 });
});

it.each([
  [{ horizon: "soon" }, "--horizon: expected a duration"],
  [{ history: "0d" }, "--history: expected a duration"],
  [{ tolerance: "5" }, "--tolerance: expected a duration"],
  [{ until: "2024-11-09" }, "--until: expected a time such as"],
  [{ split: "noon" }, "--split: expected a time such as"],
  [{ l2: "-1" }, "--l2: expected a number of at least 0"],
  [{ solver: "GradientDescent", steps: "0" }, "--steps: expected a whole number from 1 to"],
  [{ minimumGain: "" }, "--minimum-gain: expected a number of at least 0"],
  [{ timeZone: "Paris" }, "--time-zone: expected an IANA zone"],
  [{ name: "a name" }, "--name: expected up to 253 letters"],
  [{ source: "Paris!" }, "--source: expected up to 63"],
  [{ station: ["1", "2"] }, "--name: missing; name the forecast of these stations"],
] as [Partial<TrainOptions>, string][])("refuses %j, naming the option", (given, message) => {
  expect(() => trainerSettings({ ...options, ...given }, place, now)).toThrow(message);
});
