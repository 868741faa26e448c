import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { City } from "./testing/small-city.ts";
import { noon, openCity, sourceState, stationState } from "./testing/small-city.ts";

let city: City;
afterEach(() => city.close());

describe("probes", () => {
  it("say that the process answers, and its version", async () => {
    city = openCity();

    expect((await city.app.inject("/healthz")).json()).toEqual({ status: "ok", version: "1.2.3" });
    expect((await city.app.inject("/readyz")).json()).toEqual({ ready: true });
  });

  it("give the cause when the service is not ready", async () => {
    city = openCity({ ready: () => ({ ready: false, cause: "no poll of paris has counted yet" }) });

    const response = await city.app.inject("/readyz");

    expect(response.statusCode).toBe(503);
    expect(response.json()).toEqual({ error: { code: "not_ready", message: "no poll of paris has counted yet" } });
  });

  it("count requests by route template and status, so that ids do not become labels", async () => {
    city = openCity();
    await city.commit({ sources: [sourceState("paris")], stations: [stationState("paris", "1")] });
    await city.app.inject("/v1/stations/paris/1");
    await city.app.inject("/v1/stations/paris/2");
    await city.app.inject("/nothing/here");

    const response = await city.app.inject("/metrics");

    expect(response.headers["content-type"]).toContain("text/plain; version=0.0.4");
    const route = 'method="GET",route="/v1/stations/:source/:station"';
    expect(response.body).toContain(`velib_http_requests_total{${route},status="200"} 1\n`);
    expect(response.body).toContain(`velib_http_requests_total{${route},status="404"} 1\n`);
    expect(response.body).toContain(`velib_http_request_duration_seconds_count{${route}} 2\n`);
    expect(response.body).toContain('velib_http_requests_total{method="GET",route="unmatched",status="404"} 1\n');
  });
});

describe("every answer", () => {
  it("may be read by any web page and carries the security headers", async () => {
    city = openCity();

    for (const url of ["/v1/sources", "/nothing", "/v1/nearby"]) {
      const { headers } = await city.app.inject(url);
      expect(headers["access-control-allow-origin"], url).toBe("*");
      expect(headers["x-content-type-options"], url).toBe("nosniff");
      expect(headers["content-security-policy"], url).toContain("worker-src 'self' blob:");
    }
  });

  it("allows a page's preliminary request", async () => {
    city = openCity();

    const response = await city.app.inject({ method: "OPTIONS", url: "/v1/stations" });

    expect(response.statusCode).toBe(204);
    expect(response.headers["access-control-allow-methods"]).toBe("GET, HEAD, OPTIONS");
  });

  it("comes without its body for HEAD", async () => {
    city = openCity();

    const response = await city.app.inject({ method: "HEAD", url: "/v1/sources" });

    expect(response.statusCode).toBe(200);
    expect(response.body).toBe("");
    expect(response.headers.etag).toBeDefined();
  });

  it("is not sent again to who has it, until something moved", async () => {
    city = openCity();
    await city.commit({ sources: [sourceState("paris")], stations: [stationState("paris", "1")] });
    const first = await city.app.inject("/v1/stations");
    const headers = { "if-none-match": String(first.headers.etag) };

    const same = await city.app.inject({ url: "/v1/stations", headers });
    await city.commit({ stations: [stationState("paris", "1", { name: "Renamed" })] });
    const moved = await city.app.inject({ url: "/v1/stations", headers });

    expect(first.headers["cache-control"]).toBe("no-cache");
    expect([same.statusCode, same.body]).toEqual([304, ""]);
    expect(same.headers.etag).toBe(first.headers.etag);
    expect(moved.statusCode).toBe(200);
  });
});

describe("errors", () => {
  it.each([
    { method: "GET", url: "/v2/stations", status: 404, code: "unknown_route" },
    { method: "POST", url: "/v1/stations", status: 404, code: "unknown_route" },
    { method: "GET", url: "/v1/stations/%ZZ", status: 400, code: "bad_request" },
  ] as const)("are JSON with a code: $method $url → $status $code", async ({ method, url, status, code }) => {
    city = openCity();

    const response = await city.app.inject({ method, url });

    expect(response.statusCode).toBe(status);
    expect(response.json().error.code).toBe(code);
  });

  it("of ours are logged and not shown", async () => {
    city = openCity();
    vi.spyOn(city.results, "sources").mockRejectedValueOnce(new Error("secret path /var/lib/x"));

    const response = await city.app.inject("/v1/sources");

    expect(response.statusCode).toBe(500);
    expect(response.json()).toEqual({
      error: { code: "internal", message: "the service failed; its log says why" },
    });
  });
});

describe("pages", () => {
  it("has a page over the API that takes nothing from elsewhere", async () => {
    city = openCity();

    const page = await city.app.inject("/docs");
    const script = await city.app.inject("/docs/static/swagger-initializer.js");
    const bundle = await city.app.inject("/docs/static/swagger-ui-bundle.js");

    expect(page.statusCode).toBe(200);
    expect(page.body).not.toMatch(/(src|href)="(https?:)?\/\//);
    expect(page.headers["content-security-policy"]).toContain("default-src 'self'");
    expect(script.body).toContain('"validatorUrl":null');
    expect(bundle.statusCode).toBe(200);
  });

  it("leads from / to the API's page where there is no console", async () => {
    city = openCity();

    const response = await city.app.inject("/");

    expect([response.statusCode, response.headers.location]).toEqual([302, "/docs"]);
  });

  it("serves the console at /, its hashed files for good, and still knows what is not there", async () => {
    const dir = mkdtempSync(join(tmpdir(), "velib-console-"));
    mkdirSync(join(dir, "assets"));
    writeFileSync(join(dir, "index.html"), "<title>Velib console</title>");
    writeFileSync(join(dir, "assets", "index-4f2a.js"), "export {};");
    city = openCity({ consoleDir: dir });

    const page = await city.app.inject("/");
    const script = await city.app.inject("/assets/index-4f2a.js");
    const missing = await city.app.inject("/assets/none.js");
    const outside = await city.app.inject("/..%2f..%2fetc/passwd");
    rmSync(dir, { recursive: true });

    expect(page.body).toContain("Velib console");
    expect(page.headers["cache-control"]).toBe("no-cache");
    expect(script.headers["cache-control"]).toContain("immutable");
    expect(script.headers["content-type"]).toContain("javascript");
    expect(missing.json().error.code).toBe("unknown_route");
    expect(outside.statusCode).toBeGreaterThanOrEqual(400);
    expect(outside.json()).toHaveProperty("error.code");
  });

  it("refuses a console that was not built", () => {
    city = openCity();

    expect(() => openCity({ consoleDir: "/nowhere" })).toThrow(
      expect.objectContaining({ code: "VELIB_CONSOLE_NOT_BUILT" }),
    );
  });
});

it("is one clock everywhere: the answer's time is the clock's", async () => {
  city = openCity();
  city.clock.now = noon + 1;

  expect((await city.app.inject("/v1/sources")).json().at).toBe("2024-11-08T12:00:00.001Z");
});
