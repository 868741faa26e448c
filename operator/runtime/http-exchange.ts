import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { KubeApiError } from "./kube-api-error.ts";
import type { KubeConnection } from "./kube-connection.ts";

export interface Exchange {
  method: "GET" | "POST" | "PATCH" | "DELETE";
  /** With query. */
  path: string;
  accept?: string;
  contentType?: string;
  body?: string;
  signal?: AbortSignal | undefined;
}

/**
 * Sends a request and resolves with the answer's head; the body is still to be read. Rejects with `KubeApiError` of
 * status 0. A kept connection that the server closed just then is not an answer: what can be repeated is sent once more.
 */
export async function exchange(connection: KubeConnection, call: Exchange): Promise<IncomingMessage> {
  const answer = await sendOnce(connection, call);
  return answer === "closed before" ? orUnreachable(await sendOnce(connection, call), call) : answer;
}

async function sendOnce(connection: KubeConnection, call: Exchange): Promise<IncomingMessage | "closed before"> {
  const { headers, agent } = await credentialsOf(connection, call);
  if (call.signal?.aborted) throw abortedError(call);
  const url = new URL(call.path, connection.server);
  const send = url.protocol === "http:" ? httpRequest : httpsRequest;
  return new Promise((resolve, reject) => {
    const request = send(url, {
      method: call.method,
      agent,
      signal: call.signal,
      headers: {
        ...headers,
        accept: call.accept ?? "application/json",
        ...(call.body === undefined
          ? {}
          : {
              "content-type": call.contentType ?? "application/json",
              "content-length": Buffer.byteLength(call.body),
            }),
      },
    });
    request.on("response", resolve);
    request.on("error", (error) => {
      const repeatable = call.method !== "POST" && !call.signal?.aborted;
      if (request.reusedSocket && repeatable) resolve("closed before");
      else reject(unreachableError(call, error));
    });
    request.end(call.body);
  });
}

async function credentialsOf(connection: KubeConnection, call: Exchange) {
  try {
    return await connection.credentials();
  } catch (error) {
    throw unreachableError(call, error);
  }
}

function orUnreachable(answer: IncomingMessage | "closed before", call: Exchange): IncomingMessage {
  if (answer === "closed before") throw unreachableError(call, new Error("the server closed the connection"));
  return answer;
}

/** Reads the whole body. Rejects as `exchange` does when it is cut off. */
export async function bodyOf(answer: IncomingMessage, call: Exchange): Promise<string> {
  const parts: Buffer[] = [];
  try {
    for await (const part of answer) parts.push(part);
  } catch (error) {
    throw unreachableError(call, error);
  }
  return Buffer.concat(parts).toString("utf8");
}

/** What a failed connection or an aborted call is to the caller. */
export function unreachableError(call: Exchange, cause: unknown): KubeApiError {
  if (call.signal?.aborted) return abortedError(call);
  const why = cause instanceof Error ? cause.message : String(cause);
  return new KubeApiError({
    status: 0,
    reason: "Unreachable",
    message: `${call.method} ${call.path}: no answer from the API server (${why}); it is tried again`,
    retryable: true,
    cause,
  });
}

function abortedError(call: Exchange): KubeApiError {
  const cause: unknown = call.signal?.reason;
  if (cause instanceof KubeApiError) return cause;
  return new KubeApiError({
    status: 0,
    reason: "Aborted",
    message: `${call.method} ${call.path}: called off (${cause instanceof Error ? cause.message : String(cause)})`,
    retryable: true,
    cause,
  });
}
