import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { checkBackboneConfig } from "../config/load-backbone-config.ts";
import type { BatchOptions } from "./options.ts";
import { batchSettings } from "./options.ts";

/** Half past midnight in Paris: yesterday is another day there than in UTC. */
const now = Date.parse("2024-11-08T23:30:00Z");
const options: BatchOptions = { out: "out", days: "1", partitions: "1", logLevel: "warn" };
const dataDir = { dataDir: "velib-data" };

function config(batch: unknown) {
  return { config: checkBackboneConfig({ pipeline: "p", kafka: { bootstrapServers: ["k:1"] }, batch }, "p.yaml") };
}

describe("the days", () => {
  const datesOf = (given: Partial<BatchOptions>) =>
    batchSettings({ ...options, ...given }, dataDir, now).days.map(({ date }) => date);

  it.each([
    [{}, ["2024-11-07"]],
    [{ timeZone: "Europe/Paris" }, ["2024-11-08"]],
    [{ day: "2024-10-27" }, ["2024-10-27"]],
    [{ day: "2024-03-01", days: "3" }, ["2024-02-28", "2024-02-29", "2024-03-01"]],
  ])("of %j are %j", (given, expected) => {
    expect(datesOf(given)).toEqual(expected);
  });

  it("are local ones: 25 hours when the clocks go back", () => {
    const { days } = batchSettings({ ...options, day: "2024-10-27", timeZone: "Europe/Paris" }, dataDir, now);

    expect(days[0]!.end - days[0]!.start).toBe(25 * 3_600_000);
  });
});

it("takes time zone and reports from the configuration, options first, the built-in report always", () => {
  const dir = mkdtempSync(join(tmpdir(), "velib-reports-"));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  writeFileSync(join(dir, "own-file.sql"), "SELECT 2");
  const place = config({ timeZone: "Europe/Oslo", reports: [{ name: "mine", sql: "SELECT 1" }] });

  const configured = batchSettings({ ...options, report: [join(dir, "own-file.sql")] }, place, now);

  expect(configured.timeZone).toBe("Europe/Oslo");
  expect(configured.reports.map(({ name }) => name)).toEqual(["zone-hours", "mine", "own-file"]);
  expect(batchSettings({ ...options, timeZone: "Asia/Tokyo" }, place, now).timeZone).toBe("Asia/Tokyo");
});

it("knows the keyframe interval of the configuration, else the default", () => {
  expect(batchSettings(options, config({}), now).keyframeMs).toBe(600_000);
  expect(batchSettings({ ...options, keyframeInterval: "30m" }, dataDir, now).keyframeMs).toBe(1_800_000);
});

const refused: [Partial<BatchOptions>, string][] = [
  [{ day: "2024-02-30" }, "--day: expected a date such as 2024-11-08"],
  [{ days: "0" }, "--days: expected a whole number from 1 to 3660"],
  [{ partitions: "many" }, "--partitions: expected a whole number from 1 to 64"],
  [{ timeZone: "Paris" }, "--time-zone: expected an IANA zone"],
  [{ keyframeInterval: "0s" }, "--keyframe-interval: expected a duration"],
  [{ report: ["reports/Full Stations.sql"] }, "--report: expected a file named by"],
  [{ report: ["zone-hours.sql"] }, "--report zone-hours.sql: ENOENT"],
];

it.each(refused)("refuses %j, naming the option", (given, message) => {
  expect(() => batchSettings({ ...options, ...given }, dataDir, now)).toThrow(message);
});

it("refuses two reports of one name", () => {
  const place = config({ reports: [{ name: "zone-hours", sql: "SELECT 1" }] });

  expect(() => batchSettings(options, place, now)).toThrow("report zone-hours: there are two of that name");
});
