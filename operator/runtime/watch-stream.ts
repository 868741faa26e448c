import type { IncomingMessage } from "node:http";
import type { Clock } from "./clock.ts";
import { type Exchange, unreachableError } from "./http-exchange.ts";
import type { WatchEvent } from "./kube-api.ts";
import { KubeApiError } from "./kube-api-error.ts";
import { isRecord, malformed, parseJson, parseLive, statusOf } from "./kube-payload.ts";
import { linkSignals } from "./linked-signal.ts";

/**
 * The events of a watch: one JSON document a line, `{type, object}`. An event of type ERROR carries a `Status` and ends
 * the watch: it is thrown. Nothing at all for `idleTimeoutMs` is thrown as `TimedOut`: a line that went silent without
 * being closed (a lost NAT entry, a frozen proxy) would otherwise never be noticed.
 */
export async function* watchEvents(
  call: Exchange,
  answerOf: (call: Exchange) => Promise<IncomingMessage>,
  idleTimeoutMs: number,
  clock: Clock,
): AsyncGenerator<WatchEvent, void, undefined> {
  const ending = linkSignals(call.signal);
  const limited = { ...call, signal: ending.signal };
  let cancel = () => {};
  const stillAlive = () => {
    cancel();
    cancel = clock.after(idleTimeoutMs, () => ending.abort(silentError(call, idleTimeoutMs)));
  };
  try {
    stillAlive();
    const answer = await answerOf(limited);
    for await (const line of linesOf(answer, limited, stillAlive)) yield parseEvent(line);
  } finally {
    cancel();
    // also when the reader leaves early: ends the request
    ending.abort(new Error("the watch is over"));
    ending.unlink();
  }
}

async function* linesOf(answer: IncomingMessage, call: Exchange, onBytes: () => void): AsyncGenerator<string> {
  answer.setEncoding("utf8");
  let rest = "";
  try {
    for await (const part of answer) {
      onBytes();
      let from = 0;
      let to = part.indexOf("\n");
      while (to >= 0) {
        const line = rest + part.slice(from, to);
        rest = "";
        if (line !== "") yield line;
        from = to + 1;
        to = part.indexOf("\n", from);
      }
      rest += part.slice(from);
    }
  } catch (error) {
    throw error instanceof KubeApiError ? error : unreachableError(call, error);
  }
}

function parseEvent(line: string): WatchEvent {
  const event = parseJson(line);
  if (!isRecord(event) || !isRecord(event.object)) throw malformed("a watch event");
  switch (event.type) {
    case "ADDED":
    case "MODIFIED":
    case "DELETED":
      return { type: event.type, object: parseLive(event.object) };
    case "BOOKMARK":
      return { type: "BOOKMARK", resourceVersion: versionOf(event.object) };
    case "ERROR":
      throw watchError(event.object);
    default:
      throw malformed("a watch event of a known type");
  }
}

function versionOf(object: Record<string, unknown>): string {
  const version = isRecord(object.metadata) ? object.metadata.resourceVersion : undefined;
  if (typeof version !== "string") throw malformed("a bookmark with a resourceVersion");
  return version;
}

function watchError(status: Record<string, unknown>): KubeApiError {
  const { code = 500, reason = "InternalError", message = "the watch failed", retryAfterSeconds } = statusOf(status);
  const retryAfterMs = retryAfterSeconds === undefined ? {} : { retryAfterMs: retryAfterSeconds * 1000 };
  return new KubeApiError({ status: code, reason, message, retryable: true, ...retryAfterMs });
}

function silentError(call: Exchange, idleTimeoutMs: number): KubeApiError {
  const message = `${call.method} ${call.path}: nothing came for ${idleTimeoutMs} ms; the watch is opened again`;
  return new KubeApiError({ status: 0, reason: "TimedOut", message, retryable: true });
}
