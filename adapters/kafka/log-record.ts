import type { LogRecord } from "../../core/log/record.ts";

/** Longest code of a station, characters: a key of Cassandra holds 65,535 bytes, and no network's codes are as long. */
export const longestStation = 16_384;

/** The times that a date can hold, ms from the epoch. */
const furthest = 8.64e15;

/** Whether a decoded value has what the kind of record it claims to be must have. */
export function isLogRecord(value: unknown): value is LogRecord {
  if (typeof value !== "object" || value === null) return false;
  if (!("kind" in value && "source" in value && "at" in value)) return false;
  if (typeof value.source !== "string" || !isTime(value.at)) return false;
  switch (value.kind) {
    case "change":
    case "keyframe":
      return "station" in value && isStation(value.station) && isContent(value) && "capacity" in value;
    case "absent":
      if (!("station" in value && isStation(value.station) && "last" in value)) return false;
      return value.last === null || isContent(value.last);
    case "station":
      return "station" in value && isStation(value.station) && "name" in value && "listed" in value;
    case "poll":
      return "holdMs" in value && typeof value.holdMs === "number" && "movedAt" in value && "health" in value;
    case "end":
      return true;
    default:
      return false;
  }
}

function isTime(value: unknown): boolean {
  return typeof value === "number" && Number.isSafeInteger(value) && Math.abs(value) <= furthest;
}

function isStation(value: unknown): boolean {
  return typeof value === "string" && value.length <= longestStation;
}

function isContent(value: unknown): boolean {
  if (typeof value !== "object" || value === null || !("bikes" in value && "docks" in value)) return false;
  if (!("installed" in value && "renting" in value && "returning" in value && "mechanical" in value)) return false;
  return typeof value.bikes === "number" && typeof value.docks === "number" && typeof value.installed === "boolean";
}

/** What a value that is no log record looks like, for the detail of a dead letter. */
export function describeValue(value: unknown): string {
  if (value === null || typeof value !== "object") return `expected a log record, got ${JSON.stringify(value)}`;
  const kind = "kind" in value ? JSON.stringify(value.kind) : "none";
  return `expected a log record, got kind ${kind} with the fields ${Object.keys(value).join(", ")}`;
}
