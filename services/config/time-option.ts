import { VelibError } from "../../core/errors.ts";

/** ISO 8601, with a time of day or without; UTC unless it says another zone. */
const isoPattern = /^\d{4}-\d{2}-\d{2}(?<time>T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?)?(?<zone>Z|[+-]\d{2}:\d{2})?$/;

/**
 * The time that an option says, ms.
 * @throws VelibError VELIB_CONFIG_INVALID
 */
export function timeOption(option: string, text: string): number {
  const match = isoPattern.exec(text);
  const utc = match?.groups?.time !== undefined && match.groups.zone === undefined ? `${text}Z` : text;
  const ms = match === null ? Number.NaN : Date.parse(utc);
  if (!Number.isNaN(ms)) return ms;
  throw new VelibError(
    "VELIB_CONFIG_INVALID",
    `${option}: expected a time such as 2024-11-08T15:00:00Z, got "${text}"`,
  );
}
