import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { HttpClient } from "./http-client.ts";
import { parseJson } from "./json-body.ts";
import { serve } from "./loopback-server.ts";

/** Rows that compress as little as a feed's. */
const rows = Array.from({ length: 2_000 }, (_, n) => ({
  id: n,
  code: createHash("md5").update(String(n)).digest("hex"),
}));
const whole = JSON.stringify(rows);

test.each([0.02, 0.5, 0.95])(
  "a compressed body that breaks off after %f of it gives what came, as incomplete",
  async (share) => {
    const packed = gzipSync(whole);
    await using server = await serve((_request, response) => {
      response.writeHead(200, { "content-encoding": "gzip", "content-length": packed.length });
      response.write(packed.subarray(0, Math.floor(packed.length * share)), () => response.destroy());
    });

    const reply = await new HttpClient(server.url).get(server.url, null, Date.now(), new AbortController().signal);

    expect(reply).toMatchObject({ kind: "body", complete: false });
    expect(reply.kind === "body" && whole.startsWith(reply.body.replace(/\uFFFD+$/, ""))).toBe(true);
    const read = reply.kind === "body" ? parseJson(reply.body, reply.complete) : null;
    expect(read).toMatchObject({ problem: { reason: "truncated-body" } });
  },
);
