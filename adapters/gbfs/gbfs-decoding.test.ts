import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeDiscovery, isDiscovery } from "./discovery.ts";
import { flag, gbfsTime, localizedText, ttlOf } from "./gbfs-value.ts";
import { decodeInformation } from "./station-information.ts";
import { decodeStatus, statusReading } from "./station-status.ts";
import { decodeAttribution } from "./system-information.ts";

const base = new URL("https://a.example/gbfs/gbfs.json");

function feeds(prefix: string) {
  const names = ["system_information", "station_information", "station_status"];
  return { feeds: names.map((name) => ({ name, url: `${prefix}/${name}.json` })) };
}

test.each([
  ["3.0", feeds("https://b.example/3"), "https://b.example/3/station_status.json"],
  ["English first", { nb: feeds("https://x/nb"), en: feeds("https://x/en") }, "https://x/en/station_status.json"],
  ["then French", { nb: feeds("https://x/nb"), fr: feeds("https://x/fr") }, "https://x/fr/station_status.json"],
  ["then whatever there is", { nb: feeds("https://x/nb") }, "https://x/nb/station_status.json"],
  [
    "a region of a language",
    { de: feeds("https://x/de"), "en-US": feeds("https://x/us") },
    "https://x/us/station_status.json",
  ],
  ["relative addresses", { en: feeds("./en") }, "https://a.example/gbfs/en/station_status.json"],
])("gbfs.json: %s", (_, data, expected) => {
  const found = decodeDiscovery({ data }, base);
  expect("value" in found ? found.value.status.href : found).toBe(expected);
});

test.each([
  ["free-floating vehicles only", { en: { feeds: [{ name: "free_bike_status", url: "https://x/y" }] } }, true],
  ["a feed at no http address", { en: { feeds: [{ name: "station_status", url: "file:///etc/passwd" }] } }, true],
  ["station_status", { stations: [] }, false],
])("gbfs.json without stations: %s", (_, data, isOne) => {
  expect(decodeDiscovery({ data }, base)).toMatchObject({ problem: { reason: "unexpected-format" } });
  expect(isDiscovery({ data })).toBe(isOne);
});

test("times are POSIX seconds or RFC 3339", () => {
  const times = [1689793606, 0, "2024-11-08T16:06:25+01:00", "yesterday", null, Number.NaN];
  expect(times.map(gbfsTime)).toEqual([1689793606000, null, Date.UTC(2024, 10, 8, 15, 6, 25), null, null, null]);
});

test("flags are 0 and 1 or true and false", () => {
  expect([0, 1, false, true, "1", 2, null].map(flag)).toEqual([false, true, false, true, null, null, null]);
});

test("a ttl is in seconds; nonsense is none", () => {
  expect([{ ttl: 3600 }, { ttl: 0 }, { ttl: -1 }, { ttl: "60" }, []].map(ttlOf)).toEqual([
    3_600_000,
    0,
    null,
    null,
    null,
  ]);
});

test("a localized name is the one of the best language", () => {
  const names = [
    { text: "Gare", language: "fr" },
    { text: "Station", language: "en" },
  ];
  expect([localizedText("Plain"), localizedText(names), localizedText(names.slice(0, 1)), localizedText([])]).toEqual([
    "Plain",
    "Station",
    "Gare",
    null,
  ]);
});

test("a station goes by its own public code, then by its information's, then by its id", () => {
  const information = decodeInformation({ data: { stations: [{ station_id: 20702946965, stationCode: "16107" }] } });
  const codes = "value" in information ? information.value.codes : new Map<string, string>();
  const named = [
    { station_id: 1, stationCode: "9020" },
    { station_id: 1, stationCode: 9020 },
    { station_id: 20702946965 },
    { station_id: 20702946966 },
    { station_id: "003d58af" },
    {},
  ].map((row) => statusReading(row, { codes, types: null }).station);
  expect(named).toEqual(["9020", "9020", "16107", "20702946966", "003d58af", null]);
});

test.each([
  [
    { license_id: "NLOD-2.0", attribution_organization_name: "Oslo", attribution_url: "https://o" },
    ["Oslo", "NLOD-2.0", "https://o"],
  ],
  [{ name: [{ text: "Vélo", language: "fr" }], license_url: "https://l" }, ["Vélo", "https://l", "https://l"]],
  [{ operator: "Op", url: "https://u" }, ["Op", expect.stringMatching(/^unknown/), "https://u"]],
  [{}, ["unnamed network", expect.stringMatching(/^unknown/), null]],
])("system_information %j", (data, [text, licence, url]) => {
  expect(decodeAttribution({ data })).toEqual({ value: { text, licence, url } });
});

test("no JSON value makes any of the decoders throw", () => {
  const stations = fc.array(
    fc.oneof(fc.jsonValue(), fc.dictionary(fc.constantFrom("station_id", "name", "lat"), fc.jsonValue())),
  );
  const body = fc.oneof(
    fc.jsonValue(),
    fc.record({ data: fc.jsonValue() }),
    fc.record({ data: fc.record({ stations }) }),
  );
  fc.assert(
    fc.property(body, (value) => {
      decodeDiscovery(value, base);
      decodeInformation(value);
      decodeAttribution(value);
      const status = decodeStatus(value);
      if ("value" in status) for (const row of status.value.rows) statusReading(row, { codes: new Map(), types: null });
    }),
  );
});
