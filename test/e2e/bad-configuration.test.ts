import { afterAll, beforeAll, describe, it } from "vitest";
import type { ErrorCode } from "../../core/errors.ts";
import { BadPlaces } from "./bad-places.ts";

/** A start takes half a second, several on a busy machine. */
const timeout = 60_000;

let places: BadPlaces;

beforeAll(async () => {
  places = await BadPlaces.make();
}, timeout);

afterAll(() => places.close());

/** What is wrong, the code it is told by, the field that is named, and the remedy. */
type Case = [what: string, configuration: string, code: ErrorCode, field: string, remedy: string];

describe("a bad configuration is told in one line and writes nothing", { timeout }, () => {
  it.each<Case>([
    [
      "an unknown key",
      "agregation: { window: 3m }",
      "VELIB_CONFIG_INVALID",
      "agregation",
      "known here: dataDir, http, sources, zones, aggregation",
    ],
    [
      "an unknown key further in",
      "sources: [{ name: a, simulator: { station: 3 } }]",
      "VELIB_CONFIG_INVALID",
      "sources[0].simulator.station",
      "known here: stations, seed",
    ],
    [
      "a number that is text",
      "http: { port: eighty }",
      "VELIB_CONFIG_INVALID",
      "http.port",
      "expected a whole number from 0 to 65535",
    ],
    ["a list that is text", "sources: paris", "VELIB_CONFIG_INVALID", "sources", "expected a list"],
    [
      "a duration that is none",
      "aggregation: { window: 3 minutes }",
      "VELIB_CONFIG_INVALID",
      "aggregation.window",
      "expected a duration such as",
    ],
    [
      "a window that does not divide a day",
      "aggregation: { window: 7m }",
      "VELIB_CONFIG_WINDOW",
      "aggregation.window",
      "choose for example 1m, 3m",
    ],
    [
      "a window other than the data dir's",
      "{ dataDir: filled, aggregation: { window: 5m }, sources: [{ name: a, recording: { path: tiny.csv } }] }",
      "VELIB_DATA_DIR_SETTING",
      "aggregation.window",
      "keep that length or choose another --data-dir",
    ],
    [
      "a source of two kinds",
      "sources: [{ name: a, simulator: {}, recording: { path: tiny.csv } }]",
      "VELIB_CONFIG_INVALID",
      "sources[0]",
      "exactly one of url, recording and simulator",
    ],
    [
      "a source of no kind",
      "sources: [{ name: a }]",
      "VELIB_CONFIG_INVALID",
      "sources[0]",
      "exactly one of url, recording and simulator",
    ],
    [
      "two sources of one name",
      "sources: [{ name: a, simulator: {} }, { name: a, simulator: {} }]",
      "VELIB_CONFIG_INVALID",
      "sources[1].name",
      "names tell sources apart",
    ],
    [
      "an unreachable address after a source that works",
      "sources: [{ name: a, simulator: {} }, { name: b, url: { address: 'http://127.0.0.1:CLOSED/' } }]",
      "VELIB_SOURCE_UNREACHABLE",
      "sources[1]: cannot reach http://127.0.0.1:CLOSED/",
      "check the address",
    ],
    [
      "a recording that is not there",
      "sources: [{ name: a, recording: { path: none.csv } }]",
      "VELIB_RECORDING_UNREADABLE",
      "sources[0]: cannot read the recording none.csv",
      "give the path",
    ],
    [
      "zones that are not there",
      "zones: { geojson: { path: none.geojson } }",
      "VELIB_CONFIG_UNREADABLE",
      "zones.geojson.path none.geojson",
      "give a readable GeoJSON file",
    ],
    [
      "zones that are a point",
      "zones: { geojson: { path: point.geojson } }",
      "VELIB_CONFIG_INVALID",
      "zones.geojson.path point.geojson",
      "expected a FeatureCollection of Polygon",
    ],
    [
      "zones without that name",
      "zones: { geojson: { path: nameless.geojson } }",
      "VELIB_CONFIG_INVALID",
      "zones.geojson.nameProperty",
      "name a property that every feature has",
    ],
    [
      "two kinds of zones",
      "zones: { by: commune, h3: { resolution: 8 } }",
      "VELIB_CONFIG_INVALID",
      "zones",
      "by and h3",
    ],
    ["a log kept for too short", "retention: { log: 1m }", "VELIB_CONFIG_INVALID", "retention.log", "at least"],
    ["no YAML", "sources: [", "VELIB_CONFIG_UNREADABLE", "--config", "give a readable YAML or JSON file"],
  ])("%s", async (_what, configuration, code, field, remedy) => {
    await places.writeConfiguration("velib.yaml", configuration);
    await places.expectRefusal("local --config velib.yaml --port 0", { code, field, remedy });
  });

  it.each<Case>([
    ["replay: an unknown key", "agregation: {}", "VELIB_CONFIG_INVALID", "agregation", "known here"],
    [
      "replay: a window that does not divide a day",
      "aggregation: { window: 7m }",
      "VELIB_CONFIG_WINDOW",
      "aggregation.window",
      "choose for example",
    ],
    [
      "replay: a window other than the data dir's",
      "{ dataDir: filled, aggregation: { window: 5m } }",
      "VELIB_DATA_DIR_SETTING",
      "aggregation.window",
      "keep that length",
    ],
    [
      "replay: zones that are not there",
      "zones: { geojson: { path: none.geojson } }",
      "VELIB_CONFIG_UNREADABLE",
      "zones.geojson.path",
      "give a readable GeoJSON file",
    ],
  ])("%s", async (_what, configuration, code, field, remedy) => {
    await places.writeConfiguration("velib.yaml", configuration);
    await places.expectRefusal("replay tiny.csv --config velib.yaml", { code, field, remedy });
  });
});
