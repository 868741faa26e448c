import { createWriteStream } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { exportOf, velibDataset } from "../../adapters/opendatasoft/dataset-url.ts";
import { OpendatasoftSource } from "../../adapters/opendatasoft/opendatasoft-source.ts";
import type { DeadLetter } from "../../core/dead-letter/dead-letter.ts";
import type { Observation } from "../../core/observation/observation.ts";
import type { SourceState } from "../../core/state/source-state.ts";
import type { StationState } from "../../core/state/station-state.ts";
import { durationMs } from "../../core/time/duration.ts";
import type { StationWindow } from "../../core/windows/station-window.ts";
import type { ZoneWindow } from "../../core/windows/zone-window.ts";
import { checkConfig } from "../../services/config/load-config.ts";
import { holdMs, retentionSettings, windowSettings } from "../../services/config/settings.ts";
import { zoneRule } from "../../services/config/zone-rules.ts";
import { EmbeddedPlatform } from "../../services/local/embedded-platform.ts";
import { createMetrics } from "../../services/metrics/metrics.ts";
import { csv } from "../../services/windows/text-formats.ts";
import { stationColumns, zoneColumns } from "../../services/windows/window-table.ts";
import { differences } from "../integration/observer-a/difference.ts";
import { computeExpected } from "../integration/observer-a/expected.ts";
import { describeWithRecordings } from "../recordings.ts";
import { type ExportServer, startExportServer } from "./export-server.ts";
import { stationsCsv, statusCsv } from "./exports-as-csv.ts";
import { afternoon, type RecordedExport, rowsOf, sampleBody, withLastKnownMetadata } from "./recorded-exports.ts";

const minuteMs = 60_000;
const intervalMs = 5 * minuteMs;
const config = checkConfig({}, "defaults");
const hold = holdMs(undefined, intervalMs);

/** Everything that a series of polls leaves behind. */
interface Outcome {
  letters: DeadLetter[];
  stationWindows: StationWindow[];
  zoneWindows: ZoneWindow[];
  observations: Observation[];
  polls: number[];
  stations: StationState[];
  source: SourceState | undefined;
}

describeWithRecordings("recorded exports with bad bodies between them, polled over HTTP", (recordings) => {
  const exports = afternoon(recordings);
  /** Halfway between the recorded poll of this number and the next one. */
  const after = (poll: number) => (exports[poll - 1]?.at ?? Number.NaN) + intervalMs / 2;

  const nullCodes = { at: after(2), body: sampleBody(recordings, file("null-stationcode.2024-11-01T0855Z")) };
  const cutOff = { at: after(6), body: sampleBody(recordings, file("TRUNCATED.2024-11-05T1020Z")) };
  const nullMetadata = {
    at: after(9),
    body: sampleBody(recordings, file("null-metadata.velib_data_20241104_111501")),
  };
  /** The one of 16:15:01 lost every station code when it was recorded. */
  const recordedBad = exports.filter(({ body }) => rowsOf(body).every((row) => row.stationcode === null));
  const bad: RecordedExport[] = [...recordedBad, nullCodes, cutOff];

  let dir: string;
  let server: ExportServer;
  let mixed: Outcome;
  let without: Outcome;
  let good: RecordedExport[];

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "velib-bad-bodies-"));
    server = await startExportServer();
    const recordedGood = exports.filter((delivery) => !recordedBad.includes(delivery));
    const earlier = recordedGood.filter(({ at }) => at < nullMetadata.at).map(({ body }) => body);
    const mended = { at: nullMetadata.at, body: withLastKnownMetadata(nullMetadata.body, earlier) };
    good = byTime([...recordedGood, mended]);
    mixed = await poll(server, join(dir, "mixed"), byTime([...recordedGood, nullMetadata, ...bad]));
    without = await poll(server, join(dir, "without"), good);
  }, 120_000);

  afterAll(async () => {
    await server.close();
    await rm(dir, { recursive: true });
  });

  it("puts exactly the bad bodies aside, each for its reason", () => {
    const letters = byTime(mixed.letters).map(({ at, reason }) => [new Date(at).toISOString(), reason]);
    const reasons = new Map([...recordedBad, nullCodes].map(({ at }) => [at, "no-valid-row"]));
    expect(letters).toEqual(
      byTime(bad).map(({ at }) => [new Date(at).toISOString(), reasons.get(at) ?? "truncated-body"]),
    );
    expect(letters).toHaveLength(3);
    expect(without.letters).toEqual([]);
  });

  it("keeps the beginning of what it put aside, and says what was wrong with it", () => {
    expect(mixed.letters.every(({ source }) => source === "paris")).toBe(true);
    const letter = ({ at }: RecordedExport) => mixed.letters.find((candidate) => candidate.at === at);
    expect(letter(cutOff)?.excerpt).toBe(cutOff.body.toString("utf8").slice(0, 1024));
    expect(letter(cutOff)?.detail).toMatch(/^the JSON breaks off after \d+ characters$/);
    expect(letter(nullCodes)?.excerpt).toMatch(/^\{"stationcode":null,/);
    expect(letter(nullCodes)?.detail).toBe("expected at least one valid row, got 1482 rows: 1482 missing-station");
  });

  it("counts the poll without metadata", () => {
    expect(mixed.polls).toEqual(good.map(({ at }) => at));
    expect(mixed.polls).toContain(nullMetadata.at);
    expect(mixed.source?.health).toMatchObject({ polls: 24, nullColumnPolls: 1, nullColumns: [] });
    expect(without.source?.health).toMatchObject({ polls: 24, nullColumnPolls: 0 });
  });

  it("takes what the poll without metadata lacks from what was known of its stations", () => {
    const observed = mixed.observations.filter(({ at }) => at === nullMetadata.at);
    expect(observed.length).toBeGreaterThan(1000);
    expect(observed.filter(({ capacity, zone }) => capacity === null || zone === null)).toEqual([]);
    const lacking = mixed.stations.filter(({ name, lat, lon, capacity, commune }) =>
      [name, lat, lon, capacity, commune].includes(null),
    );
    expect(lacking).toEqual([]);
  });

  it.each(["stationWindows", "zoneWindows", "observations", "stations"] as const)(
    "leaves the %s of a run without the bad bodies and with that metadata",
    (table) => {
      expect(mixed[table].length).toBeGreaterThan(1000);
      expect(firstDifferences(mixed[table], without[table])).toEqual([]);
    },
  );

  it("gives the windows that SQL computes from the rows of the good bodies", { timeout: 120_000 }, async () => {
    const [recording, stations] = [join(dir, "status.csv"), join(dir, "stations.csv")];
    await writeFile(recording, statusCsv(good));
    await writeFile(stations, stationsCsv(good));
    const settings = { windowMs: 3 * minuteMs, latenessMs: minuteMs / 2, keyframeMs: 10 * minuteMs, holdMs: hold };
    const connection = await computeExpected({ format: "paris", recording, stations, source: "paris", ...settings });
    try {
      const station = await write(join(dir, "station.csv"), csv(stationColumns, Readable.from(mixed.stationWindows)));
      const zone = await write(join(dir, "zone.csv"), csv(zoneColumns, Readable.from(mixed.zoneWindows)));
      expect(await differences(connection, "station", station)).toEqual([]);
      expect(await differences(connection, "zone", zone)).toEqual([]);
    } finally {
      connection.closeSync();
    }
  });
});

/** Polls the deliveries at their times into a new data dir and reads back all that came of it. */
async function poll(server: ExportServer, dir: string, deliveries: readonly RecordedExport[]): Promise<Outcome> {
  const { signal } = new AbortController();
  const settings = {
    windows: windowSettings(config),
    keyframeMs: durationMs(config.deduplication.keyframeInterval),
    zoneOf: zoneRule(config.zones),
    retention: retentionSettings(config),
  };
  const platform = new EmbeddedPlatform(dir, settings, createMetrics({ version: "test" }));
  try {
    const source = new OpendatasoftSource(exportOf({ url: server.url, dataset: velibDataset.dataset }));
    const { producer } = await platform.producer("paris", hold);
    const before = server.exports;
    let last = 0;
    for (const delivery of deliveries) {
      server.serve(delivery.body);
      const { marker } = await producer.take(await source.poll(delivery.at, signal));
      if (marker !== null) last = delivery.at;
    }
    await producer.end(last + hold);
    await platform.catchUp();
    expect(server.exports - before).toBe(deliveries.length);
    return await outcomeOf(platform);
  } finally {
    await platform.close();
  }
}

async function outcomeOf({ results, history, deadLetters }: EmbeddedPlatform): Promise<Outcome> {
  const polls = await Array.fromAsync(history.polls("paris", 0, Number.MAX_SAFE_INTEGER));
  const [source] = await results.sources();
  return {
    letters: await deadLetters.list({}),
    stationWindows: await Array.fromAsync(results.stationWindows({})),
    zoneWindows: await Array.fromAsync(results.zoneWindows({})),
    observations: await Array.fromAsync(history.day("paris", "2024-11-08")),
    polls: polls.map(({ at }) => at),
    stations: await results.stations({}),
    source,
  };
}

/** The first rows in which two tables differ, exactly; a full comparison would print thousands. */
function firstDifferences(actual: readonly unknown[], expected: readonly unknown[]): unknown[] {
  const rows = Array.from({ length: Math.max(actual.length, expected.length) }, (_, i) => {
    return { actual: actual[i], expected: expected[i] };
  });
  return rows.filter((row) => JSON.stringify(row.actual) !== JSON.stringify(row.expected)).slice(0, 5);
}

function byTime<T extends { at: number }>(things: readonly T[]): T[] {
  return things.toSorted((a, b) => a.at - b.at);
}

async function write(path: string, text: AsyncIterable<string>): Promise<string> {
  await pipeline(Readable.from(text), createWriteStream(path));
  return path;
}

function file(name: string): string {
  return `velib-ods-export-${name}.json.gz`;
}
