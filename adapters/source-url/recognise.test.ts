import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { describeWithRecordings } from "../../test/recordings.ts";
import { answerJson, serve, serveBodies } from "../http/loopback-server.ts";
import { recogniseSource } from "./recognise.ts";

const never = new AbortController().signal;
const at = Date.UTC(2024, 10, 8, 15);

const row = { stationcode: "1001", numbikesavailable: 2, numdocksavailable: 3 };
const feeds = ["station_status", "station_information"].map((name) => ({ name, url: `/gbfs/${name}.json` }));
const dataset = "/api/explore/v2.1/catalog/datasets/velib";
const bodies = {
  "/gbfs/gbfs.json": { data: { en: { feeds } } },
  "/gbfs/station_status.json": {
    data: { stations: [{ station_id: "1", num_bikes_available: 2, num_docks_available: 3 }] },
  },
  "/gbfs/station_information.json": { data: { stations: [{ station_id: "1", name: "A" }] } },
  "/free/gbfs.json": { data: { en: { feeds: [] } } },
  [`${dataset}/exports/json`]: [row],
  [`${dataset}/records`]: { total_count: 1, results: [row] },
  "/api/records/1.0/search/": { nhits: 1, records: [{ fields: row }] },
  "/rows.json": [row],
  "/other.json": [{ id: 1 }],
  "/empty.json": [],
  "/page": "<html></html>",
  "/cut.json": '[{"stationcode": "1',
};

function recognise(server: { url: URL }, path: string) {
  return recogniseSource(new URL(path, server.url).href, { simulated: true }, at, never);
}

test.each([
  ["/gbfs/gbfs.json", "GbfsSource"],
  ["/gbfs", "GbfsSource"],
  ["/gbfs/", "GbfsSource"],
  [`${dataset}/exports/json`, "OpendatasoftSource"],
  [`${dataset}/exports/csv`, "OpendatasoftSource"],
  [`${dataset}/records?limit=20`, "OpendatasoftSource"],
  ["/explore/dataset/velib/information/", "OpendatasoftSource"],
  ["/api/records/1.0/search/?dataset=velib", "OpendatasoftSource"],
  ["/rows.json", "OpendatasoftSource"],
])("%s is a %s that can be polled", async (path, kind) => {
  await using server = await serveBodies(bodies);
  const source = await recognise(server, path);
  expect(source.constructor.name).toBe(kind);
  expect(source.simulated).toBe(true);
  expect(await source.poll(at, never)).toMatchObject({ at, readings: [{ bikes: 2, docks: 3 }] });
});

test.each([
  ["/other.json", /expected a GBFS gbfs\.json or the rows of .*, found an array of an object \{id\}/],
  ["/empty.json", /found an empty array/],
  ["/page", /found .*HTML/],
  ["/gbfs/station_status.json", /found one feed of a GBFS network; give the network's gbfs\.json instead/],
])("%s is not recognised", async (path, message) => {
  await using server = await serveBodies(bodies);
  await expect(recognise(server, path)).rejects.toMatchObject({
    code: "VELIB_SOURCE_UNRECOGNISED",
    message: expect.stringMatching(message),
  });
});

test("what is not there keeps the server's answer", async () => {
  await using server = await serveBodies(bodies);
  await expect(recognise(server, "/nothing")).rejects.toMatchObject({ code: "VELIB_SOURCE_HTTP_STATUS", status: 404 });
});

test("a body that breaks off is recognised by the address of a dataset, else it is to be tried again", async () => {
  await using server = await serve((request, response) => answerJson(request, response, bodies["/cut.json"]));
  const source = await recognise(server, `${dataset}/exports/json`);
  expect(await source.poll(at, never)).toMatchObject({ reason: "truncated-body" });
  await expect(recognise(server, "/rows")).rejects.toMatchObject({ code: "VELIB_SOURCE_UNREACHABLE", retryable: true });
});

test("what is no address is refused before anything is asked", async () => {
  await expect(recogniseSource("paris", {}, at, never)).rejects.toMatchObject({ code: "VELIB_SOURCE_UNRECOGNISED" });
});

describeWithRecordings("real bodies", (dir) => {
  test("Vélib's export is recognised at any address", async () => {
    const file = join(dir, "samples/velib-ods-export.2024-11-06T0650Z.json.gz");
    await using server = await serveBodies({ "/live": gunzipSync(readFileSync(file)).toString("utf8") });
    const poll = await (await recognise(server, "/live")).poll(at, never);
    expect("readings" in poll && poll.readings.length).toBe(1485);
  });
});
