import { Type } from "typebox";
import type { Bounds } from "../../core/geo/bounds.ts";
import { invalidParameter } from "./errors.ts";

/** How many elements an answer has at most. */
export function limitParameter(fallback: number, maximum: number) {
  return Type.Integer({ minimum: 1, maximum, default: fallback });
}

export const sourceParameter = Type.Optional(Type.String({ description: "Only this source" }));

export function timeParameter(description: string) {
  return Type.Optional(Type.String({ description: `${description}; ISO 8601 (UTC unless it has an offset) or ms` }));
}

const isoForm = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/i;
const expectedTime = "an ISO 8601 time like 2024-11-08T12:00:00Z, or ms since the epoch";
/** The last instant ECMAScript dates can name, ms (ECMA-262 § 21.4.1.1). */
const latestTimeMs = 8.64e15;

/** @throws ApiError invalid_parameter */
export function parseTime(name: string, text: string): number {
  if (/^\d+$/.test(text)) {
    const ms = Number(text);
    if (ms > latestTimeMs) throw invalidParameter(name, expectedTime, text);
    return ms;
  }
  // An unescaped "+" of an offset reaches us as a space.
  const plain = text.replace(/ (?=\d\d:?\d\d$)/, "+");
  const form = isoForm.exec(plain);
  const hasTime = plain.length > 10;
  const ms = form === null ? Number.NaN : Date.parse(hasTime && form[1] === undefined ? `${plain}Z` : plain);
  if (Number.isNaN(ms)) throw invalidParameter(name, expectedTime, text);
  return ms;
}

const expectedBounds = "west,south,east,north in degrees with west ≤ east and south ≤ north";

/** @throws ApiError invalid_parameter */
export function parseBounds(name: string, text: string): Bounds {
  const [west, south, east, north, ...rest] = text.split(",").map(coordinate);
  if (west === undefined || south === undefined || east === undefined || north === undefined || rest.length > 0) {
    throw invalidParameter(name, expectedBounds, text);
  }
  const inside = west >= -180 && east <= 180 && south >= -90 && north <= 90;
  if (!inside || !(west <= east) || !(south <= north)) throw invalidParameter(name, expectedBounds, text);
  return [west, south, east, north];
}

function coordinate(text: string): number {
  return text.trim() === "" ? Number.NaN : Number(text);
}

/** Where a page of stations ended. */
export interface Cursor {
  source: string;
  station: string;
}

export function encodeCursor({ source, station }: Cursor): string {
  return Buffer.from(JSON.stringify([source, station])).toString("base64url");
}

/** @throws ApiError invalid_parameter */
export function parseCursor(name: string, text: string): Cursor {
  const [source, station] = decodedPair(text);
  if (typeof source !== "string" || typeof station !== "string") {
    throw invalidParameter(name, "the next_cursor of an earlier page, as it was", text);
  }
  return { source, station };
}

function decodedPair(text: string): unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, "base64url").toString());
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
