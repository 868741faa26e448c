import type { IncomingMessage } from "node:http";
import { type Clock, pause, wallClock } from "./clock.ts";
import { bodyOf, type Exchange, exchange } from "./http-exchange.ts";
import type { ApplyOptions, KubeApi, ListOptions, ObjectPage, WriteOptions } from "./kube-api.ts";
import { isNotFound, KubeApiError } from "./kube-api-error.ts";
import type { KubeConnection } from "./kube-connection.ts";
import { type KubeObject, keyOf, type LiveObject, type ResourceType } from "./kube-object.ts";
import { parseJson, parseLive, parsePage, statusError } from "./kube-payload.ts";
import { linkSignals } from "./linked-signal.ts";
import { collectionPath, objectPath, queryOf } from "./resource-path.ts";
import { watchEvents } from "./watch-stream.ts";

export interface HttpKubeApiSettings {
  connection: KubeConnection;
  /** A call without an answer for this time is given up, ms. Lists of big clusters take seconds. */
  timeoutMs?: number;
  clock?: Clock;
  /** Told of every answer, for the metrics. */
  onAnswer?: (method: string, status: number) => void;
}

/** Calls sent again because the server asked for time; then the caller's own back-off takes over. */
const BUSY_ATTEMPTS = 4;
/** A longer Retry-After is not waited for inside a call. */
const LONGEST_BUSY_WAIT_MS = 10_000;

const APPLY = "application/apply-patch+yaml";
const METADATA_LIST = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";
const METADATA = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json";

/** The API over HTTP/1.1 with kept connections. */
export function httpKubeApi(settings: HttpKubeApiSettings): KubeApi {
  const { connection, timeoutMs = 30_000, clock = wallClock, onAnswer } = settings;

  async function answerOf(call: Exchange): Promise<IncomingMessage> {
    const answer = await exchange(connection, call);
    const status = answer.statusCode ?? 0;
    onAnswer?.(call.method, status);
    if (status >= 200 && status < 300) return answer;
    if (status === 401) connection.expireCredentials();
    throw statusError(call, status, await bodyOf(answer, call), answer.headers["retry-after"]);
  }

  /** One call with its time limit. */
  async function once(call: Exchange): Promise<unknown> {
    const limit = linkSignals(call.signal);
    const limited = { ...call, signal: limit.signal };
    const cancel = clock.after(timeoutMs, () => limit.abort(timedOut(call, timeoutMs)));
    try {
      const text = await bodyOf(await answerOf(limited), limited);
      return parseJson(text);
    } finally {
      cancel();
      limit.unlink();
    }
  }

  async function send(call: Exchange): Promise<unknown> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await once(call);
      } catch (error) {
        if (attempt >= BUSY_ATTEMPTS || !(error instanceof KubeApiError)) throw error;
        const waitMs = error.retryAfterMs ?? Number.POSITIVE_INFINITY;
        // 429 was not carried out, whatever the verb; after a 5xx a POST may have been
        const repeatable = error.status === 429 || (error.status >= 500 && call.method !== "POST");
        if (!repeatable || waitMs > LONGEST_BUSY_WAIT_MS) throw error;
        await pause(clock, waitMs, call.signal ?? new AbortController().signal);
      }
    }
  }

  async function patch(path: string, contentType: string, body: unknown, options: ApplyOptions): Promise<LiveObject> {
    const { fieldManager, dryRun, force, fieldValidation, metadataOnly } = options;
    const query = queryOf({ fieldManager, force, fieldValidation, dryRun: dryRun ? "All" : undefined });
    const accept = metadataOnly ? METADATA : "application/json";
    const call = { method: "PATCH", accept, contentType, path: path + query, body: JSON.stringify(body) } as const;
    return parseLive(await send({ ...call, signal: options.signal }));
  }

  function apply(type: ResourceType, object: KubeObject, options: ApplyOptions, subresource?: string) {
    const path = objectPath(type, keyOf(object), subresource);
    // JSON is YAML, and the server reads it as such
    return patch(path, APPLY, object, { ...options, force: options.force ?? true });
  }

  return {
    async get(type, key, options = {}) {
      try {
        return parseLive(await send({ method: "GET", path: objectPath(type, key), signal: options.signal }));
      } catch (error) {
        if (isNotFound(error)) return null;
        throw error;
      }
    },
    async list(type: ResourceType, options: ListOptions = {}): Promise<ObjectPage> {
      const { namespace, signal, metadataOnly, ...parameters } = options;
      const path = collectionPath(type, namespace) + queryOf({ ...parameters });
      const accept = metadataOnly ? METADATA_LIST : "application/json";
      return parsePage(await send({ method: "GET", path, accept, signal }), type);
    },
    watch(type, options) {
      const { namespace, labelSelector, fieldSelector, resourceVersion, timeoutSeconds } = options;
      const query = { labelSelector, fieldSelector, resourceVersion, timeoutSeconds };
      const path = collectionPath(type, namespace) + queryOf({ ...query, watch: "1", allowWatchBookmarks: true });
      const accept = options.metadataOnly ? METADATA : "application/json";
      return watchEvents(
        { method: "GET", path, accept, signal: options.signal },
        answerOf,
        options.idleTimeoutMs,
        clock,
      );
    },
    async create(type: ResourceType, object: KubeObject, options: WriteOptions) {
      const query = queryOf({ fieldManager: options.fieldManager, dryRun: options.dryRun ? "All" : undefined });
      const path = collectionPath(type, object.metadata.namespace) + query;
      return parseLive(await send({ method: "POST", path, body: JSON.stringify(object), signal: options.signal }));
    },
    apply: (type, object, options) => apply(type, object, options),
    applyStatus: (type, object, options) => apply(type, object, options, "status"),
    patch(type, key, change, options) {
      const path = objectPath(type, key, options.subresource);
      return "merge" in change
        ? patch(path, "application/merge-patch+json", change.merge, options)
        : patch(path, "application/json-patch+json", change.json, options);
    },
    patchStatus: (type, key, body, options) =>
      patch(objectPath(type, key, "status"), "application/merge-patch+json", body, options),
    async delete(type, key, options = {}) {
      const { propagation = "Background", uid, resourceVersion, signal } = options;
      const preconditions = { ...(uid && { uid }), ...(resourceVersion && { resourceVersion }) };
      const body = JSON.stringify({ propagationPolicy: propagation, preconditions });
      try {
        await send({ method: "DELETE", path: objectPath(type, key), body, signal });
        return true;
      } catch (error) {
        if (isNotFound(error)) return false;
        throw error;
      }
    },
    getRaw: (path, options = {}) => send({ method: "GET", path, signal: options.signal }),
  };
}

function timedOut(call: Exchange, timeoutMs: number): KubeApiError {
  const message = `${call.method} ${call.path}: no answer in ${timeoutMs} ms; it is tried again`;
  return new KubeApiError({ status: 0, reason: "TimedOut", message, retryable: true });
}
