import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { noMetadata } from "../../core/observation/reading.ts";
import type { ZoneRule } from "../../core/zones/zone-rule.ts";
import { createMetrics } from "../metrics/metrics.ts";
import { LiveZones } from "./live-zones.ts";

const place = { ...noMetadata, lat: 48.86, lon: 2.33 };
let folder: string;
let logged: string;
let metrics: ReturnType<typeof createMetrics>;

/** Mounts a file as a kubelet does: its path leads through `..data` into a folder that is swapped as a whole. */
function mount(version: string, content: string): void {
  mkdirSync(join(folder, version));
  writeFileSync(join(folder, version, "zones.geojson"), content);
  symlinkSync(version, join(folder, "..data_tmp"));
  renameSync(join(folder, "..data_tmp"), join(folder, "..data"));
}

function square(name: string): string {
  const ring = [
    [2.3, 48.85],
    [2.36, 48.85],
    [2.36, 48.87],
    [2.3, 48.87],
    [2.3, 48.85],
  ];
  const geometry = { type: "Polygon", coordinates: [ring] };
  return JSON.stringify({
    type: "FeatureCollection",
    features: [{ type: "Feature", properties: { name }, geometry }],
  });
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "velib-live-zones-"));
  logged = "";
  metrics = createMetrics({ version: "1.2.3" });
  mount("..v1", square("Centre"));
  symlinkSync(join("..data", "zones.geojson"), join(folder, "zones.geojson"));
});

afterEach(() => rmSync(folder, { recursive: true }));

function open(): LiveZones {
  const logger = pino({}, { write: (line: string) => (logged += line) });
  const geojson = { path: join(folder, "zones.geojson"), nameProperty: "name" };
  return new LiveZones({ geojson }, { logger, metrics });
}

async function refused(): Promise<number | undefined> {
  const found = await metrics.registry.getSingleMetric("velib_refused_zone_files")?.get();
  return found?.values[0]?.value;
}

it("tells of the rule, and of the next one when the file is another", async () => {
  const zones = open();
  const told: (string | null)[] = [];
  const forget = zones.tell((rule) => told.push(rule("1013", place)));
  await zones.look();
  await zones.look();
  mount("..v2", square("Middle"));

  await zones.look();
  await zones.look();
  forget();
  mount("..v3", square("Heart"));
  await zones.look();

  expect(told.filter((zone, i) => zone !== told[i - 1])).toEqual(["Centre", "Middle"]);
  expect(zones.rule("1013", place)).toBe("Heart");
});

it.each([
  ["broken", () => mount("..v2", "{"), "VELIB_CONFIG_UNREADABLE"],
  ["no collection of polygons", () => mount("..v2", "{}"), "VELIB_CONFIG_INVALID"],
  ["gone", () => rmSync(join(folder, "..data")), "VELIB_CONFIG_UNREADABLE"],
])("keeps the rule while the file is %s, says so once, and goes on with the next", async (_what, spoil, code) => {
  const zones = open();
  await zones.look();
  logged = "";
  spoil();

  await zones.look();
  await zones.look();

  expect(zones.rule("1013", place)).toBe("Centre");
  expect(logged.match(new RegExp(code, "g"))).toHaveLength(1);
  expect(await refused()).toBe(1);
  mount("..v3", square("Middle"));
  await zones.look();
  expect(zones.rule("1013", place)).toBe("Middle");
  expect(await refused()).toBe(0);
});

it("refuses to start with a file that can't be used", () => {
  mount("..v2", "{");

  expect(open).toThrow(expect.objectContaining({ code: "VELIB_CONFIG_UNREADABLE" }));
});

it("looks by itself until it is stopped", () => {
  vi.useFakeTimers();
  const stop = new AbortController();
  open().follow(stop.signal);
  expect(vi.getTimerCount()).toBe(1);

  stop.abort();

  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

it("has nothing to look at without a file", async () => {
  const logger = pino({ level: "silent" });
  const zones = new LiveZones({ by: "commune" }, { logger, metrics });
  const rules: ZoneRule[] = [];
  zones.tell((rule) => rules.push(rule));

  await zones.look();

  expect(rules).toHaveLength(1);
});
