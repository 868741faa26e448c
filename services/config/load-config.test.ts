import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { checkConfig, loadConfig } from "./load-config.ts";
import { configurationReference, example } from "./reference.ts";

const reference = "see docs/reference/configuration.md";

let dir: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "velib-config-"));
});

afterAll(() => rmSync(dir, { recursive: true }));

it("documents its keys: docs/reference/configuration.md is what the schema says", () => {
  const page = readFileSync(new URL("../../docs/reference/configuration.md", import.meta.url), "utf8");

  expect(page).toBe(configurationReference());
});

it("accepts the reference's example", () => {
  const config = checkConfig(parse(example.join("\n")), "the example");

  expect(config.sources.map(({ name }) => name)).toEqual(["oslo", "made-up"]);
});

describe("what is not configured", () => {
  it("has the documented defaults", () => {
    expect(loadConfig(null)).toEqual({
      dataDir: "velib-data",
      http: { host: "127.0.0.1", port: 8080 },
      sources: [],
      aggregation: { window: "3m", allowedLateness: "30s" },
      deduplication: { keyframeInterval: "10m" },
      retention: { log: "48h", windows: "35d" },
    });
  });

  it("is filled in beside what is", () => {
    const config = checkConfig(
      {
        http: { port: 0 },
        sources: [
          { name: "a", recording: { path: "x.csv" } },
          { name: "b", simulator: {} },
        ],
        zones: { geojson: { path: "zones.json" } },
        retention: { history: "1d" },
      },
      "test",
    );

    expect(config).toMatchObject({
      http: { host: "127.0.0.1", port: 0 },
      sources: [{ recording: { path: "x.csv", pace: "1x" } }, { simulator: { stations: 1500, seed: 1 } }],
      zones: { geojson: { nameProperty: "name" } },
      retention: { log: "48h", windows: "35d", history: "1d" },
    });
  });
});

describe("a configuration file", () => {
  it.each([
    ["YAML", "velib.yaml", "http:\n  port: 0\n"],
    ["JSON", "velib.json", '{"http": {"port": 0}}'],
    ["nothing but comments", "empty.yaml", "# later\n"],
  ])("may be %s", (_what, name, content) => {
    writeFileSync(join(dir, name), content);

    expect(loadConfig(join(dir, name)).dataDir).toBe("velib-data");
  });

  it.each([
    ["is missing", "nowhere.yaml", null],
    ["is a folder", ".", null],
    ["is broken", "broken.yaml", "sources: [\n"],
    ["names a key twice", "twice.yaml", "http: {}\nhttp: {}\n"],
  ])("that %s is refused by name in one line", (_what, name, content) => {
    const path = join(dir, name);
    if (content !== null) writeFileSync(path, content);

    expect(() => loadConfig(path)).toThrow(
      expect.objectContaining({
        code: "VELIB_CONFIG_UNREADABLE",
        exitCode: 2,
        message: expect.stringMatching(/^--config .+: .+; give a readable YAML or JSON file$/),
      }),
    );
  });

  it("is named in what is wrong with it", () => {
    const path = join(dir, "wrong.yaml");
    writeFileSync(path, "htp: {}\n");

    expect(() => loadConfig(path)).toThrow(
      `${path}: htp: unknown key "htp"; known here: dataDir, http, sources, zones`,
    );
  });
});

const source = { name: "paris", simulator: {} };
const key = { name: "X-Api-Key", valueFile: "/key" };
const client = { tokenUrl: "file:///token", clientIdFile: "/id", clientSecretFile: "/secret" };

it.each([
  [{ windw: "3m" }, 'windw: unknown key "windw"; known here: dataDir, http, sources, zones, aggregation'],
  [{ aggregation: { "a/b": 1 } }, 'aggregation.a/b: unknown key "a/b"; known here: window, allowedLateness'],
  [
    { sources: [source, { name: "b", simulater: {} }] },
    'sources[1].simulater: unknown key "simulater"; known here: name, url, recording, simulator, interval, hold',
  ],
  [
    { sources: [{ name: "b", url: { address: "x", port: 1 } }] },
    'sources[0].url.port: unknown key "port"; known here: address, authentication',
  ],
  [
    { sources: [{ name: "b", url: { address: "x", authentication: { bearer: { token: "t" } } } }] },
    'sources[0].url.authentication.bearer.token: unknown key "token"; known here: tokenFile',
  ],
  [
    { sources: [{ name: "b", url: { address: "x", authentication: {} } }] },
    "sources[0].url.authentication: set exactly one of headers, bearer and oauth2ClientCredentials, not 0",
  ],
  [
    {
      sources: [{ name: "b", url: { address: "x", authentication: { bearer: { tokenFile: "/t" }, headers: [key] } } }],
    },
    "sources[0].url.authentication: set exactly one of headers, bearer and oauth2ClientCredentials, not 2",
  ],
  [
    { sources: [{ name: "b", url: { address: "x", authentication: { headers: [key, key] } } }] },
    'sources[0].url.authentication.headers[1].name: "x-api-key" is set twice',
  ],
  [
    { sources: [{ name: "b", url: { address: "x", authentication: { oauth2ClientCredentials: client } } }] },
    "sources[0].url.authentication.oauth2ClientCredentials.tokenUrl: no http:// or https:// address",
  ],
  [{ http: { authentication: {} } }, "http.authentication.bearerTokensFolder: missing, expected a path"],
  ["velib", `(top level): expected a mapping of keys to values, got "velib"; ${reference}`],
  [null, "(top level): expected a mapping of keys to values, got null"],
  [[], "(top level): expected a mapping of keys to values, got []"],
  [{ sources: null }, "sources: expected a list, got null"],
  [{ sources: { name: "paris" } }, 'sources: expected a list, got {"name":"paris"}'],
  [{ http: "localhost" }, 'http: expected a mapping of keys to values, got "localhost"'],
  [{ http: { port: "80" } }, 'http.port: expected a whole number from 0 to 65535, got "80"'],
  [{ http: { port: 65_536 } }, "http.port: expected a whole number from 0 to 65535, got 65536"],
  [{ dataDir: 5 }, "dataDir: expected a path, got 5"],
  [{ dataDir: "" }, 'dataDir: expected a path, got ""'],
  [{ dataDir: ["x".repeat(200)] }, `dataDir: expected a path, got ["${"x".repeat(78)}…`],
  [
    { aggregation: { window: "3 min" } },
    'aggregation.window: expected a duration such as 90s, 3m, 10h or 30d, got "3 min"',
  ],
  [{ aggregation: { window: 180 } }, "aggregation.window: expected a duration such as 90s, 3m, 10h or 30d, got 180"],
  [
    { sources: [{ ...source, interval: "0s" }] },
    'sources[0].interval: expected a duration such as 90s, 3m, 10h or 30d, got "0s"',
  ],
  [
    { sources: [{ ...source, name: "A_b" }] },
    'sources[0].name: expected up to 63 lower-case letters, digits and dashes, got "A_b"',
  ],
  [
    { sources: [{ simulator: {} }] },
    "sources[0].name: missing, expected up to 63 lower-case letters, digits and dashes",
  ],
  [{ sources: [{ name: "a", recording: {} }] }, "sources[0].recording.path: missing, expected a path"],
  [
    { sources: [{ name: "a", recording: { path: "x", pace: "0x" } }] },
    'sources[0].recording.pace: expected max or a factor such as 60x, got "0x"',
  ],
  [{ zones: { by: "quarter" } }, 'zones.by: expected arrondissement or commune, got "quarter"'],
  [{ zones: { h3: { resolution: 16 } } }, "zones.h3.resolution: expected a whole number from 0 to 15, got 16"],
  [{ sources: [{ name: "a" }] }, "sources[0]: set exactly one of url, recording and simulator, not 0"],
  [
    { sources: [{ ...source, recording: { path: "x" } }] },
    "sources[0]: set exactly one of url, recording and simulator, not 2",
  ],
  [{ sources: [source, source] }, 'sources[1].name: "paris" is used twice; names tell sources apart'],
  [
    { sources: [{ name: "a", recording: { path: "x" }, interval: "1m" }] },
    "sources[0].interval: a recording has its own interval",
  ],
  [{ zones: { by: "commune", h3: { resolution: 8 } } }, "zones: set only one of by and h3"],
  [
    { retention: { log: "5m" } },
    "retention.log: 5m is too short: a start resumes from the log; at least deduplication.keyframeInterval (10m)",
  ],
  [{ retention: { windows: "1m" } }, "retention.windows: 1m is shorter than one window (3m)"],
])("refuses %j with the field and the remedy", (given, message) => {
  expect(() => checkConfig(given, "velib.yaml")).toThrow(
    expect.objectContaining({
      code: "VELIB_CONFIG_INVALID",
      message: expect.stringContaining(`velib.yaml: ${message}`),
    }),
  );
});

it("does not change what it was given", () => {
  const given = { http: {} };

  checkConfig(given, "test");

  expect(given).toEqual({ http: {} });
});
