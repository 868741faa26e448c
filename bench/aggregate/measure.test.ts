import { expect, it } from "vitest";
import { cpuSeconds } from "./measure.ts";

it("adds user and system time of bash's children, not of bash itself", () => {
  expect(cpuSeconds("0m9.004s 0m9.006s\n1m2.250s 0m3.500s\n")).toBeCloseTo(65.75, 6);
});

it("refuses what is not the output of times", () => {
  expect(() => cpuSeconds("killed")).toThrow('"killed"');
});
