import { createHash } from "node:crypto";
import type { ApiServer } from "./deps.ts";

/**
 * Gives the JSON of `/v1` an entity tag of its content and answers 304 to who has it already (RFC 9110 § 13.1.2).
 * `no-cache` lets caches keep an answer but ask each time: between two polls the answer is "not modified".
 */
export function addEntityTags(app: ApiServer): void {
  app.addHook("onSend", async (request, reply, payload) => {
    const route = request.routeOptions.url ?? "";
    if (!reply.hasHeader("cache-control")) reply.header("cache-control", "no-cache");
    if (!route.startsWith("/v1/") || reply.statusCode !== 200 || typeof payload !== "string") return payload;
    const tag = `W/"${createHash("sha1").update(payload).digest("base64url")}"`;
    reply.header("etag", tag);
    if (!matches(request.headers["if-none-match"], tag)) return payload;
    reply.code(304).removeHeader("content-type").removeHeader("content-length");
    return null;
  });
}

function matches(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  const opaque = tag.replace(/^W\//, "");
  return header.split(",").some((one) => one.trim() === "*" || one.trim().replace(/^W\//, "") === opaque);
}
