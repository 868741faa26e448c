import { VelibError } from "../../core/errors.ts";
import { parseDuration } from "../../core/time/duration.ts";
import type { TimeZone } from "../../core/time/time-zone.ts";
import { timeZone } from "../../core/time/time-zone.ts";

/** A duration above 0, ms. @throws VelibError VELIB_CONFIG_INVALID */
export function optionDuration(option: string, text: string): number {
  const ms = parseDuration(text);
  if (ms !== null && ms > 0) return ms;
  throw invalidOption(option, "a duration such as 90s, 3m, 10h or 30d", text);
}

/** @throws VelibError VELIB_CONFIG_INVALID */
export function optionTimeZone(option: string, name: string): TimeZone {
  const zone = timeZone(name);
  if (zone !== null) return zone;
  throw invalidOption(option, "an IANA zone such as Europe/Paris", name);
}

/** A number of at least `least`. @throws VelibError VELIB_CONFIG_INVALID */
export function optionNumber(option: string, text: string, least: number): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (Number.isFinite(value) && value >= least) return value;
  throw invalidOption(option, `a number of at least ${least}`, text);
}

/** A whole number from `least` to `most`. @throws VelibError VELIB_CONFIG_INVALID */
export function optionCount(option: string, text: string, least: number, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw invalidOption(option, `a whole number from ${least} to ${most}`, text);
}

/** An instant as ISO 8601 with its zone, ms. @throws VelibError VELIB_CONFIG_INVALID */
export function optionInstant(option: string, text: string): number {
  const ms = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  if (!Number.isNaN(ms)) return ms;
  throw invalidOption(option, "a time such as 2024-11-08T15:00:00Z", text);
}

export function invalidOption(option: string, expected: string, got: string): VelibError {
  return new VelibError("VELIB_CONFIG_INVALID", `${option}: expected ${expected}, got ${JSON.stringify(got)}`);
}
