import type { ZoneOffset } from "./zone-offset.ts";
import { zoneOffset } from "./zone-offset.ts";

/** A request for rows that can be answered. */
export interface RowsQuery {
  offset: number;
  /** How many rows at most; null: all of them. */
  limit: number | null;
  order: "feed" | "code ascending" | "code descending";
  zone: ZoneOffset;
}

/** Why a request can't be answered: the message of the 400 body. */
export interface QueryProblem {
  problem: string;
}

const pageLimit = 100;
const reachable = 10_000;
const defaultPage = 10;
/** ODSQL is not simulated; a query that asks for it must not get rows it did not ask for. */
const unsupported = ["where", "select", "group_by", "refine", "exclude"];

/**
 * Reads the parameters of `records` by the API's rules: limit from −1 to 100 (−1: as many as a page may have),
 * offset + limit up to 10,000.
 */
export function recordsQuery(parameters: URLSearchParams): RowsQuery | QueryProblem {
  const limit = wholeNumber(parameters, "limit", defaultPage);
  const offset = wholeNumber(parameters, "offset", 0);
  if (typeof limit !== "number") {
    return limit;
  }
  if (typeof offset !== "number") {
    return offset;
  }
  if (limit < -1 || limit > pageLimit) {
    return invalid("limit", limit, `-1 <= limit <= ${pageLimit} is`);
  }
  if (offset < 0) {
    return invalid("offset", offset, "0 <= offset is");
  }
  const size = limit === -1 ? pageLimit : limit;
  if (offset + size > reachable) {
    return invalid("sum of offset + limit", offset + size, `<= ${reachable} is`);
  }
  return rest(parameters, offset, size);
}

/** Reads the parameters of `exports/json`: limit −1 (all rows, the default) or more. */
export function exportQuery(parameters: URLSearchParams): RowsQuery | QueryProblem {
  const limit = wholeNumber(parameters, "limit", -1);
  if (typeof limit !== "number") {
    return limit;
  }
  if (limit < -1) {
    return invalid("limit", limit, "-1 <= limit is");
  }
  return rest(parameters, 0, limit === -1 ? null : limit);
}

function rest(parameters: URLSearchParams, offset: number, limit: number | null): RowsQuery | QueryProblem {
  const asked = unsupported.find((name) => parameters.has(name));
  if (asked !== undefined) {
    return { problem: `The ${asked} API parameter is not simulated: leave it out.` };
  }
  const timeZone = parameters.get("timezone") ?? "UTC";
  const zone = zoneOffset(timeZone);
  if (zone === null) {
    return invalid("timezone", timeZone, "a time zone name is");
  }
  const order = orderOf(parameters.get("order_by"));
  if (order === null) {
    return invalid("order_by", parameters.get("order_by"), "stationcode, with asc or desc, is");
  }
  return { offset, limit, order, zone };
}

function orderOf(orderBy: string | null): RowsQuery["order"] | null {
  if (orderBy === null) {
    return "feed";
  }
  const [, direction] = /^\s*stationcode(?:\s+(asc|desc))?\s*$/i.exec(orderBy) ?? [null, null];
  if (direction === null) {
    return null;
  }
  return direction?.toLowerCase() === "desc" ? "code descending" : "code ascending";
}

function wholeNumber(parameters: URLSearchParams, name: string, otherwise: number): number | QueryProblem {
  const given = parameters.get(name);
  if (given === null) {
    return otherwise;
  }
  return /^-?\d{1,15}$/.test(given) ? Number(given) : invalid(name, given, "an integer is");
}

function invalid(name: string, found: unknown, expected: string): QueryProblem {
  return { problem: `Invalid value for ${name} API parameter: ${found} was found but ${expected} expected.` };
}
