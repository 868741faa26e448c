import { Check, Errors } from "typebox/schema";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { deadLetter } from "../../core/dead-letter/dead-letter.ts";
import { openEventStream } from "./testing/event-reader.ts";
import type { City } from "./testing/small-city.ts";
import {
  content,
  describeSource,
  noon,
  openCity,
  sourceState,
  stationState,
  stationWindows,
  windowMs,
  zonePart,
} from "./testing/small-city.ts";

interface Operation {
  summary?: string;
  tags?: string[];
  parameters?: { name: string; in: string; required: boolean; schema: { default?: unknown } }[];
  responses: Record<string, { description: string; content?: Record<string, { schema: object }> }>;
}

interface Document {
  openapi: string;
  paths: Record<string, { get: Operation }>;
  components: { schemas: Record<string, object> };
}

let city: City;
let document: Document;

beforeAll(async () => {
  city = openCity({ sources: [describeSource("paris"), describeSource("rome")] });
  await city.commit({
    sources: [sourceState("paris"), sourceState("gone")],
    stations: [
      stationState("paris", "1"),
      stationState("paris", "2", { content: null, name: null, lat: null, lon: null, capacity: null, zone: null }),
      stationState("paris", "3", { content: content({ bikes: 0, mechanical: null, ebike: null }), lat: 48.8501 }),
    ],
    stationWindows: stationWindows("paris", "1", noon - 3 * windowMs, 3),
    zoneParts: [zonePart("paris", "Paris 4", noon - windowMs, { splitMs: 0, placesMs: 0 })],
  });
  await city.deadLetters.put([deadLetter("paris", noon, "invalid-count", "bikes: got null", {})]);
  document = (await city.app.inject("/openapi.json")).json();
});
afterAll(() => city.close());

/** What of a body contradicts its route's documented schema for that status. */
function contradictions(path: string, status: number, body: unknown): unknown[] {
  const schema = document.paths[path]?.get.responses[status]?.content?.["application/json"]?.schema;
  expect(schema, `${path} documents ${status}`).toBeDefined();
  const whole = { ...schema, components: document.components };
  return Check(whole, body) ? [] : Errors(whole, body)[1];
}

it("documents every /v1 route and every probe", () => {
  const routes = city.routes.filter((url) => url.startsWith("/v1/") || /^\/(healthz|readyz|metrics)$/.test(url));

  expect(routes.length).toBeGreaterThanOrEqual(14);
  expect(routes.map((url) => url.replace(/:(\w+)/g, "{$1}")).sort()).toEqual(Object.keys(document.paths).sort());
});

it("says of every route what it is for, and describes every answer", () => {
  for (const [path, { get }] of Object.entries(document.paths)) {
    expect(get.summary, path).toBeTruthy();
    expect(get.tags, path).toHaveLength(1);
    for (const [status, response] of Object.entries(get.responses)) {
      expect(response.description, `${path} ${status}`).not.toBe("Default Response");
    }
  }
});

it("asks for no parameter that has a default", () => {
  const parameters = Object.values(document.paths).flatMap(({ get }) => get.parameters ?? []);

  expect(parameters.filter((one) => one.schema.default !== undefined).length).toBeGreaterThan(5);
  expect(parameters.filter((one) => one.required && one.in === "query").map((one) => one.name)).toEqual(["lat", "lon"]);
});

it("uses named schemas, all of them there", () => {
  const referred = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map((match) => match[1]);

  expect(document.openapi).toBe("3.1.0");
  expect([...new Set(referred)].sort()).toEqual(Object.keys(document.components.schemas).sort());
});

describe("what the routes answer", () => {
  it.each([
    { path: "/v1/sources", url: "/v1/sources", status: 200 },
    { path: "/v1/stations", url: "/v1/stations", status: 200 },
    { path: "/v1/stations", url: "/v1/stations?limit=1", status: 200 },
    { path: "/v1/stations", url: "/v1/stations?limit=0", status: 400 },
    { path: "/v1/stations", url: "/v1/stations?source=none", status: 404 },
    { path: "/v1/stations/{id}", url: "/v1/stations/paris:1", status: 200 },
    { path: "/v1/stations/{id}", url: "/v1/stations/none", status: 404 },
    { path: "/v1/stations/{source}/{station}", url: "/v1/stations/paris/2", status: 200 },
    { path: "/v1/stations/{id}/windows", url: "/v1/stations/1/windows", status: 200 },
    { path: "/v1/stations/{source}/{station}/windows", url: "/v1/stations/paris/1/windows?limit=1", status: 200 },
    { path: "/v1/zones", url: "/v1/zones", status: 200 },
    { path: "/v1/zones/{id}", url: "/v1/zones/Paris%204", status: 200 },
    { path: "/v1/zones/{id}/windows", url: "/v1/zones/Paris%204/windows", status: 200 },
    { path: "/v1/nearby", url: "/v1/nearby?lat=48.8502&lon=2.35", status: 200 },
    { path: "/v1/nearby", url: "/v1/nearby?lat=x&lon=2.35", status: 400 },
    { path: "/v1/dead-letters", url: "/v1/dead-letters", status: 200 },
    { path: "/v1/pipeline", url: "/v1/pipeline", status: 200 },
    { path: "/healthz", url: "/healthz", status: 200 },
    { path: "/readyz", url: "/readyz", status: 200 },
  ])("$url is what $path documents for $status", async ({ path, url, status }) => {
    const response = await city.app.inject(url);

    expect(response.statusCode).toBe(status);
    expect(contradictions(path, status, response.json())).toEqual([]);
  });

  it("would be told apart from something else", async () => {
    const body = (await city.app.inject("/v1/stations/paris/1")).json();

    expect(contradictions("/v1/stations/{id}", 200, { ...body, bikes: "3" })).not.toEqual([]);
    expect(contradictions("/v1/stations/{id}", 200, { ...body, more: 1 })).not.toEqual([]);
  });

  it("carries the same elements in the live stream", async () => {
    const origin = await city.app.listen({ port: 0, host: "127.0.0.1" });
    const stream = await openEventStream(`${origin}/v1/live`);
    const state = await stream.nextEvent();
    stream.close();

    const { at, sources, stations } = state?.data ?? {};
    expect(contradictions("/v1/sources", 200, { at, sources })).toEqual([]);
    expect(contradictions("/v1/stations", 200, { stations, next_cursor: null })).toEqual([]);
  });
});
