import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Source } from "../../services/api/schema/source.ts";
import type { Station } from "../../services/api/schema/station.ts";
import type { StationWindow } from "../../services/api/schema/window.ts";
import { openEventStream } from "../../services/api/testing/event-reader.ts";
import { until } from "../testbed/faults/until.ts";
import { runVelib, startVelib, type VelibProcess } from "./velib-process.ts";

const patienceMs = 60_000;

describe("velib local --source simulator", { timeout: 2 * patienceMs }, () => {
  let dir: string;
  let velib: VelibProcess;
  let url: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "velib-simulated-city-"));
    velib = start(dir);
    url = await velib.listening();
  }, patienceMs);

  afterAll(async () => {
    await velib[Symbol.asyncDispose]();
    await rm(dir, { recursive: true });
  });

  it("says that its city is made up", async () => {
    const source = await onlySource(url);
    expect(source).toMatchObject({ name: "simulated", kind: "simulator", simulated: true });
    expect(source.attribution?.text).toMatch(/no real city/);
  });

  it("has windows of the past hours within seconds", async () => {
    const source = await until("polls up to now", () => caughtUp(url), patienceMs);
    const { stations } = await read<{ stations: Station[] }>(`${url}/v1/stations?limit=5`);
    expect(stations).toHaveLength(5);
    expect(source.stations).toBeGreaterThan(1400);
    for (const { station } of stations) {
      const { windows } = await read<{ windows: StationWindow[] }>(`${url}/v1/stations/simulated/${station}/windows`);
      // Three hours of three minutes each, but for those at both ends.
      expect(windows.length, station).toBeGreaterThan(55);
      expect(windows.filter(({ coverage }) => coverage < 1).length, station).toBeLessThanOrEqual(1);
    }
  });

  it("sends the whole city to whoever follows it live", async () => {
    const stream = await openEventStream(`${url}/v1/live`);
    try {
      const message = await stream.nextEvent();
      expect(message?.event).toBe("state");
      expect(message?.data?.stations).toHaveLength(1500);
      expect(message?.data?.sources).toMatchObject([{ name: "simulated", simulated: true }]);
    } finally {
      stream.close();
    }
  });

  it("serves metrics in Prometheus' text format", async () => {
    const response = await fetch(`${url}/metrics`);
    expect(response.headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
    const samples = samplesOf(await response.text());
    expect(samples.get('velib_polls_total{source="simulated",outcome="counted"}')).toBeGreaterThan(100);
    expect(samples.get('velib_window_closes_total{kind="station"}')).toBeGreaterThan(50_000);
  });

  it("goes on at a second start where Ctrl-C stopped it", async () => {
    const before = await onlySource(url);
    expect(await velib.stop("SIGINT")).toMatchObject({ code: 0, stderr: "" });
    const windows = await windowsOf(dir);

    await using second = start(dir);
    const secondUrl = await second.listening();
    const after = await until("another poll", () => polledAfter(secondUrl, before.last_poll_at ?? ""), patienceMs);
    expect(await second.stop("SIGINT")).toMatchObject({ code: 0, stderr: "" });

    // None of the 180 polls of the past was made up again: one at the start, and one for each minute since.
    expect((after.health?.polls ?? 0) - (before.health?.polls ?? 0)).toBeLessThan(10);
    const later = await windowsOf(dir);
    const kept = new Set(later);
    expect(windows.filter((line) => !kept.has(line))).toEqual([]);
    // Source, station and start come first.
    const keys = later.map((line) => line.split(",", 3).join());
    expect(new Set(keys).size).toBe(later.length);
  });
});

function start(dir: string): VelibProcess {
  return startVelib(["local", "--source", "simulator", "--port", "0", "--data-dir", join(dir, "data")]);
}

async function read<T>(url: string): Promise<T> {
  const response = await fetch(url);
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text}`);
  return JSON.parse(text);
}

async function onlySource(url: string): Promise<Source> {
  const { sources } = await read<{ sources: Source[] }>(`${url}/v1/sources`);
  expect(sources).toHaveLength(1);
  return sources[0]!;
}

/** The source once its newest poll is of this minute. */
async function caughtUp(url: string): Promise<Source | null> {
  const source = await onlySource(url);
  const age = source.freshness.poll_age_seconds;
  return age !== null && age < 60 ? source : null;
}

/** The source once it was polled after a time. ISO 8601 in UTC sorts as text. */
async function polledAfter(url: string, time: string): Promise<Source | null> {
  const source = await onlySource(url);
  return (source.last_poll_at ?? "") > time ? source : null;
}

/** Every station window of a data dir, a line of CSV each. */
async function windowsOf(dir: string): Promise<string[]> {
  const { code, stdout } = await runVelib(["windows", "--by", "station", "--data-dir", join(dir, "data")]);
  expect(code).toBe(0);
  return stdout.trimEnd().split("\n").slice(1);
}

/**
 * The samples of Prometheus' text format by name and labels; throws at a line that is none
 * (https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format).
 */
function samplesOf(text: string): Map<string, number> {
  const samples = new Map<string, number>();
  for (const line of text.split("\n")) {
    if (line === "" || line.startsWith("# HELP ") || line.startsWith("# TYPE ")) continue;
    const [, name, value] = /^([a-zA-Z_:][\w:]*(?:\{.*\})?) (NaN|[+-]?(?:Inf|[\d.]+(?:e[+-]?\d+)?))$/.exec(line) ?? [];
    if (name === undefined) throw new Error(`no sample: ${line}`);
    samples.set(name, Number(value?.replace("Inf", "Infinity")));
  }
  return samples;
}
