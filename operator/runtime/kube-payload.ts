import type { Exchange } from "./http-exchange.ts";
import type { ObjectPage } from "./kube-api.ts";
import { KubeApiError } from "./kube-api-error.ts";
import type { LiveObject, ResourceType } from "./kube-object.ts";

/** Server errors that another try can outlast. */
const RETRYABLE_STATUS = new Set([0, 401, 408, 409, 410, 429, 500, 502, 503, 504]);

/** Throws `KubeApiError` (`Malformed`) for what is not whole JSON, as what a cut connection leaves is not. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw malformed("whole JSON");
  }
}

/** An object as the server sent it, all its fields kept. Throws `KubeApiError` (`Malformed`) for anything else. */
export function parseLive(value: unknown): LiveObject {
  if (isLive(value)) return value;
  throw malformed("an object with apiVersion, kind and metadata");
}

/** A list. The server leaves apiVersion and kind out of a list's items: they are put in. */
export function parsePage(value: unknown, type: ResourceType): ObjectPage {
  if (!isRecord(value) || !isRecord(value.metadata)) throw malformed(`a list of ${type.kind}`);
  const { resourceVersion, continue: next } = value.metadata;
  if (typeof resourceVersion !== "string") throw malformed(`a list of ${type.kind} with a resourceVersion`);
  const items = Array.isArray(value.items) ? value.items : [];
  return {
    items: items.map((item) => parseLive({ ...item, apiVersion: type.apiVersion, kind: type.kind })),
    resourceVersion,
    ...(typeof next === "string" && next !== "" ? { continue: next } : {}),
  };
}

/** The error of an answer that is not 2xx, from the `metav1.Status` in its body where there is one. */
export function statusError(call: Exchange, status: number, body: string, retryAfter?: string): KubeApiError {
  const answer = parseStatus(body);
  const path = call.path.split("?", 1)[0] ?? call.path;
  const retryAfterSeconds = Number(retryAfter ?? answer.retryAfterSeconds ?? Number.NaN);
  return new KubeApiError({
    status,
    reason: answer.reason ?? `Http${status}`,
    message: `${call.method} ${path}: ${answer.message ?? `HTTP ${status} ${body.slice(0, 200).trim()}`}`,
    retryable: RETRYABLE_STATUS.has(status),
    ...(Number.isFinite(retryAfterSeconds) ? { retryAfterMs: Math.max(0, retryAfterSeconds) * 1000 } : {}),
  });
}

interface StatusAnswer {
  message?: string;
  reason?: string;
  retryAfterSeconds?: number;
}

function parseStatus(body: string): StatusAnswer {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    // a proxy's page, or 429's plain text
    return {};
  }
  return isRecord(value) ? statusOf(value) : {};
}

/** The parts of a `metav1.Status` that callers branch on or show. */
export function statusOf(value: Record<string, unknown>): StatusAnswer & { code?: number } {
  const { message, reason, code, details } = value;
  const seconds = isRecord(details) ? details.retryAfterSeconds : undefined;
  return {
    ...(typeof message === "string" ? { message } : {}),
    ...(typeof reason === "string" && reason !== "" ? { reason } : {}),
    ...(typeof code === "number" ? { code } : {}),
    ...(typeof seconds === "number" ? { retryAfterSeconds: seconds } : {}),
  };
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isLive(value: unknown): value is LiveObject {
  if (!isRecord(value) || !isRecord(value.metadata)) return false;
  const { apiVersion, kind, metadata } = value;
  return typeof apiVersion === "string" && typeof kind === "string" && typeof metadata.name === "string";
}

export function malformed(expected: string): KubeApiError {
  const message = `the API server's answer is not ${expected}; is there a proxy in between?`;
  return new KubeApiError({ status: 0, reason: "Malformed", message, retryable: true });
}
