import type { IncomingMessage, ServerResponse } from "node:http";
import type { EncodedBody } from "./encoded-bodies.ts";
import { encodeBody, gzipped } from "./encoded-bodies.ts";

/** An answer before it is fitted to what the client accepts. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: EncodedBody;
}

/** How a body is cut off: in a well-ended answer, or with the connection. */
export interface Cut {
  share: number;
  breaksConnection: boolean;
}

/** Where the recorded export was cut; shorter bodies are cut within. */
const recordedCut = 524_288;
/** Below this, compression costs more than it saves. */
const smallBody = 1024;

export function json(status: number, value: unknown, headers: Record<string, string> = {}): Answer {
  return jsonText(status, encodeBody(JSON.stringify(value)), headers);
}

export function jsonText(status: number, body: EncodedBody, headers: Record<string, string> = {}): Answer {
  return { status, headers: { "Content-Type": "application/json; charset=utf-8", ...headers }, body };
}

export function text(status: number, type: string, content: string, headers: Record<string, string> = {}): Answer {
  return { status, headers: { "Content-Type": `${type}; charset=utf-8`, ...headers }, body: encodeBody(content) };
}

/** Sends an answer: 304 when the client has the body already, compressed when it says that it can read that. */
export async function send(request: IncomingMessage, response: ServerResponse, answer: Answer, cut: Cut | null) {
  const { status, headers, body } = answer;
  const validated = status === 200 ? { ...headers, ETag: body.etag, Vary: "Accept-Encoding" } : headers;
  if (status === 200 && cut === null && matches(request.headers["if-none-match"], body.etag)) {
    const { "Content-Type": _, ...unchanged } = validated;
    response.writeHead(304, unchanged).end();
    return;
  }
  const whole = cut === null ? body : encodeBody(body.raw.subarray(0, cutAt(body.raw.length, cut)));
  const compressed = whole.raw.length >= smallBody && acceptsGzip(request.headers["accept-encoding"]);
  const bytes = compressed ? await gzipped(whole) : whole.raw;
  const encoding = compressed ? { "Content-Encoding": "gzip" } : {};
  if (cut?.breaksConnection && request.method !== "HEAD") {
    response.writeHead(status, { ...headers, ...encoding, "Content-Length": body.raw.length + 1 });
    response.write(bytes, () => request.socket.destroySoon());
    return;
  }
  response.writeHead(status, { ...(cut === null ? validated : headers), ...encoding, "Content-Length": bytes.length });
  response.end(request.method === "HEAD" ? undefined : bytes);
}

function cutAt(length: number, { share }: Cut): number {
  return length > recordedCut ? recordedCut : Math.floor(length * (0.3 + 0.6 * share));
}

/** If-None-Match (RFC 9110 §13.1.2): a list of tags, compared weakly. */
function matches(header: string | undefined, etag: string): boolean {
  const tags = (header ?? "").split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return tags.includes(etag) || tags.includes("*");
}

/** Accept-Encoding (RFC 9110 §12.5.3), as far as gzip is concerned. */
function acceptsGzip(header: string | string[] | undefined): boolean {
  return String(header ?? "")
    .split(",")
    .some((coding) => /^\s*(?:gzip|x-gzip|\*)\s*(?:;\s*q=(?!0(?:\.0*)?\s*$)[\d.]+\s*)?$/i.test(coding));
}
