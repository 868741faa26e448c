import type { ApiServer } from "./deps.ts";

/**
 * Own scripts only. MapLibre starts its worker from a blob and reads icons from data and blob addresses; it and the
 * chart library set styles on elements.
 */
const contentSecurityPolicy = [
  "default-src 'self'",
  "base-uri 'self'",
  "connect-src 'self'",
  "font-src 'self'",
  "frame-ancestors 'self'",
  "form-action 'self'",
  "img-src 'self' data: blob:",
  "object-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "worker-src 'self' blob:",
].join("; ");

/** Security headers, and access from any web page: what is served is only read, and nothing by a cookie. */
export function addHeaders(app: ApiServer): void {
  app.addHook("onRequest", async (_request, reply) => {
    reply.headers({
      "access-control-allow-origin": "*",
      "access-control-expose-headers": "etag, retry-after, www-authenticate",
      "content-security-policy": contentSecurityPolicy,
      "cross-origin-resource-policy": "cross-origin",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
    });
  });

  // A page that sets If-None-Match itself asks first.
  app.options("/*", { schema: { hide: true } }, async (_request, reply) => {
    reply.code(204).headers({
      "access-control-allow-methods": "GET, HEAD, OPTIONS",
      // The wildcard leaves Authorization out (Fetch Standard, CORS protocol).
      "access-control-allow-headers": "authorization, *",
      "access-control-max-age": "86400",
    });
  });
}
