import { expect, it } from "vitest";
import { noon, second } from "../producer/testing/polls.ts";
import { progressLine } from "./progress-bar.ts";

it.each([
  [0, 0, 0, "░░░░░░░░░░░░░░░░░░░░░░░░   0%  2024-11-08T12:00Z  0 polls  0.0 polls/s  ETA ?"],
  [0.25, 100, 5 * second, "██████░░░░░░░░░░░░░░░░░░  25%  2024-11-08T12:00Z  100 polls  20.0 polls/s  ETA 15 s"],
  [0.999, 999, 10 * second, "████████████████████████  99%  2024-11-08T12:00Z  999 polls  99.9 polls/s  ETA 1 s"],
  [1, 1000, 10 * second, "████████████████████████ 100%  2024-11-08T12:00Z  1000 polls  100.0 polls/s  ETA 0 s"],
])("shows %f of a recording", (progress, polls, elapsedMs, expected) => {
  expect(progressLine(progress, polls, noon, elapsedMs)).toBe(expected);
});
