import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import type { Poll, UnreadablePoll } from "../../core/observation/reading.ts";
import { describeWithRecordings } from "../../test/recordings.ts";
import { answerJson, serve, serveBodies } from "../http/loopback-server.ts";
import { OpendatasoftSource } from "./opendatasoft-source.ts";

const at = Date.UTC(2024, 10, 8, 15);
const never = new AbortController().signal;

function row(n: number): Record<string, unknown> {
  return {
    stationcode: String(1000 + n),
    numbikesavailable: n,
    numdocksavailable: 1,
    duedate: "2024-11-08T16:06:25+01:00",
  };
}

function stations(poll: Poll | UnreadablePoll): (string | null)[] {
  if (!("readings" in poll)) throw new Error(`unreadable: ${poll.detail}`);
  return poll.readings.map(({ station }) => station);
}

test("records are read page by page", async () => {
  const all = Array.from({ length: 250 }, (_, n) => row(n));
  await using server = await serve((request, response) => {
    const query = new URL(request.url!, "http://a").searchParams;
    const offset = Number(query.get("offset"));
    const results = all.slice(offset, offset + Number(query.get("limit")));
    answerJson(request, response, { total_count: all.length, results });
  });
  const source = new OpendatasoftSource({ kind: "records", url: server.url });
  const first = await source.poll(at, never);
  expect(stations(first)).toEqual(all.map(({ stationcode }) => stationcode));
  expect(server.requests).toHaveLength(3);
  expect({ ...(await source.poll(at + 60_000, never)), at }).toEqual(first);
});

test("a dataset with more rows than records give out is refused", async () => {
  await using server = await serveBodies({ "/": { total_count: 20_000, results: [row(1)] } });
  const source = new OpendatasoftSource({ kind: "records", url: server.url });
  await expect(source.poll(at, never)).rejects.toThrow(/exports\/json/);
});

test("a v1.0 search is read", async () => {
  const fields = { ...row(7), coordonnees_geo: [48.8, 2.3] };
  await using server = await serveBodies({ "/": { nhits: 1, records: [{ datasetid: "x", fields }] } });
  const poll = await new OpendatasoftSource({ kind: "search", url: server.url }).poll(at, never);
  expect(poll).toMatchObject({
    readings: [{ station: "1007", bikes: 7, metadata: { lat: 48.8, lon: 2.3 }, raw: { datasetid: "x" } }],
    feedTime: Date.UTC(2024, 10, 8, 15, 6, 25),
  });
});

test.each([
  ["rows of another dataset", [{ id: 1 }], "unexpected-format"],
  ["an error with status 200", { error_code: "X", message: "no" }, "unexpected-format"],
  ["a page", "<html></html>", "unreadable-body"],
  ["a body that breaks off", '[{"stationcode": "1", ', "truncated-body"],
])("%s is an unreadable poll", async (_, body, reason) => {
  await using server = await serveBodies({ "/": body });
  const poll = await new OpendatasoftSource({ kind: "export", url: server.url }).poll(at, never);
  expect(poll).toMatchObject({ at, reason });
});

test("whose data it is follows from the host", () => {
  const of = (host: string) =>
    new OpendatasoftSource({ kind: "export", url: new URL(`https://${host}/x`) }).attribution;
  expect(of("opendata.paris.fr")).toMatchObject({ text: "Vélib' Métropole / Ville de Paris" });
  expect(of("example.org").licence).toMatch(/^unknown/);
});

describeWithRecordings("real exports", (dir) => {
  const body = (name: string) => gunzipSync(readFileSync(join(dir, "samples", name))).toString("utf8");

  async function poll(name: string): Promise<Poll | UnreadablePoll> {
    await using server = await serveBodies({ "/": body(name) });
    return await new OpendatasoftSource({ kind: "export", url: server.url }).poll(at, never);
  }

  test("a normal one is decoded whole, and a 304 gives the same readings at the new time", async () => {
    await using server = await serveBodies({ "/": body("velib-ods-export.2024-11-06T0650Z.json.gz") });
    const source = new OpendatasoftSource({ kind: "export", url: server.url });
    const first = await source.poll(at, never);
    expect(stations(first)).toHaveLength(1485);
    expect(first).toMatchObject({ feedTime: Date.UTC(2024, 10, 6, 6, 4, 9) });
    expect(await source.poll(at + 60_000, never)).toEqual({ ...first, at: at + 60_000 });
  });

  test("a row without its metadata still has its counts", async () => {
    const { readings } = (await poll("velib-ods-export-null-metadata.velib_data_20241104_111501.json.gz")) as Poll;
    expect(readings[0]).toMatchObject({
      station: "44015",
      bikes: 17,
      mechanical: 11,
      ebike: 6,
      docks: 3,
      metadata: { name: null, lat: null, lon: null, capacity: null, commune: null },
    });
  });

  test("rows without station codes name no station", async () => {
    const named = stations(await poll("velib-ods-export-null-stationcode.2024-11-01T0855Z.json.gz"));
    expect([named.length, new Set(named)]).toEqual([1482, new Set([null])]);
  });

  test("the export that broke off at 512 KiB is truncated", async () => {
    expect(await poll("velib-ods-export-TRUNCATED.2024-11-05T1020Z.json.gz")).toMatchObject({
      at,
      reason: "truncated-body",
      detail: expect.stringMatching(/breaks off/),
    });
  });
});
