import { readFileSync } from "node:fs";
import { basename, extname } from "node:path";
import type { Report } from "../../adapters/duckdb/reports.ts";
import { VelibError } from "../../core/errors.ts";
import type { LocalDay, TimeZone } from "../../core/time/time-zone.ts";
import { dateAfter, dateAt, localDay } from "../../core/time/time-zone.ts";
import type { HistoryPlace, PlaceOptions } from "../jobs/history-place.ts";
import { keyframeMs } from "../jobs/history-place.ts";
import { invalidOption, optionCount, optionTimeZone } from "../jobs/option-values.ts";
import type { JobOptions } from "../jobs/run-job.ts";
import type { BatchSettings } from "./batch.ts";
import { builtInReports } from "./built-in-reports.ts";

/** The command line of `velib batch`. */
export interface BatchOptions extends JobOptions, PlaceOptions {
  out: string;
  day?: string;
  days: string;
  source?: string[];
  report?: string[];
  partitions: string;
  timeZone?: string;
  keyframeInterval?: string;
  readShare?: string;
}

const mostDays = 3660;
const mostPartitions = 64;

/** @throws VelibError VELIB_CONFIG_* with the option's name and what was expected */
export function batchSettings(
  options: BatchOptions,
  place: HistoryPlace,
  now: number,
): BatchSettings & { days: LocalDay[] } {
  const configured = "config" in place ? place.config.batch : undefined;
  const zone = optionTimeZone("--time-zone", options.timeZone ?? configured?.timeZone ?? "UTC");
  return {
    timeZone: zone.name,
    days: daysOf(options, zone, now),
    keyframeMs: keyframeMs(place, options.keyframeInterval),
    reports: allReports([...(configured?.reports ?? []), ...(options.report ?? []).map(reportOf)]),
    partitions: optionCount("--partitions", options.partitions, 1, mostPartitions),
  };
}

/** The day and those before it, the oldest first; yesterday unless it is named. */
function daysOf({ day, days }: BatchOptions, zone: TimeZone, now: number): LocalDay[] {
  const last = day ?? dateAfter(dateAt(zone, now), -1) ?? "";
  const count = optionCount("--days", days, 1, mostDays);
  return Array.from({ length: count }, (_, i) => {
    const found = localDay(zone, dateAfter(last, i + 1 - count) ?? "");
    if (found === null) throw invalidOption("--day", "a date such as 2024-11-08", last);
    return found;
  });
}

const reportName = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** A file of SQL; its name without the ending is the report's. */
function reportOf(path: string): Report {
  const name = basename(path, extname(path));
  if (!reportName.test(name)) {
    throw invalidOption("--report", "a file named by lower-case letters, digits and dashes", path);
  }
  try {
    return { name, sql: readFileSync(path, "utf8") };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new VelibError("VELIB_CONFIG_UNREADABLE", `--report ${path}: ${why}; give a readable file`, { cause });
  }
}

function allReports(own: readonly Report[]): Report[] {
  const reports = [...builtInReports, ...own];
  const twice = reports.find(({ name }, i) => reports.findIndex((other) => other.name === name) !== i);
  if (twice === undefined) return reports;
  throw new VelibError("VELIB_CONFIG_INVALID", `report ${twice.name}: there are two of that name; rename one`);
}
