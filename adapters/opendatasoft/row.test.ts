import fc from "fast-check";
import { expect, test } from "vitest";
import { stationReading } from "./row.ts";

const row = {
  stationcode: "16107",
  name: "Benjamin Godard - Victor Hugo",
  is_installed: "OUI",
  capacity: 35,
  numdocksavailable: 32,
  numbikesavailable: 3,
  mechanical: 2,
  ebike: 1,
  is_renting: "OUI",
  is_returning: "NON",
  duedate: "2024-11-08T16:06:25+01:00",
  coordonnees_geo: { lon: 2.275725, lat: 48.865983 },
  nom_arrondissement_communes: "Paris",
};

test("a row is decoded", () => {
  expect(stationReading(row)).toEqual({
    station: "16107",
    bikes: 3,
    mechanical: 2,
    ebike: 1,
    docks: 32,
    installed: true,
    renting: true,
    returning: false,
    reportedAt: Date.UTC(2024, 10, 8, 15, 6, 25),
    metadata: { name: row.name, lat: 48.865983, lon: 2.275725, capacity: 35, commune: "Paris" },
    raw: row,
  });
});

test.each([
  ["stationcode", 16107, "station", "16107"],
  ["stationcode", " 1001 ", "station", "1001"],
  ["stationcode", null, "station", null],
  ["stationcode", "", "station", null],
  ["stationcode", 1.5, "station", null],
  ["numbikesavailable", null, "bikes", null],
  ["numbikesavailable", "3", "bikes", Number.NaN],
  ["numbikesavailable", -1, "bikes", -1],
  ["numdocksavailable", true, "docks", Number.NaN],
  ["mechanical", undefined, "mechanical", null],
  ["is_renting", "oui", "renting", null],
  ["is_renting", null, "renting", null],
  ["duedate", "2024-11-08", "reportedAt", null],
  ["duedate", "2024-13-41T99:99:99Z", "reportedAt", null],
] as const)("%s %j is read as %s %j", (column, value, member, expected) => {
  expect(stationReading({ ...row, [column]: value })[member]).toEqual(expected);
});

test.each([
  [[48.8, 2.3], { lat: 48.8, lon: 2.3 }],
  [
    { lat: "48", lon: 2.3 },
    { lat: null, lon: 2.3 },
  ],
  [null, { lat: null, lon: null }],
  ["48.8,2.3", { lat: null, lon: null }],
])("position %j is read as %j", (coordonnees_geo, expected) => {
  expect(stationReading({ ...row, coordonnees_geo }).metadata).toMatchObject(expected);
});

test("no JSON value makes it throw, and what it gives is of the right types", () => {
  const anyRow = fc.oneof(
    fc.jsonValue(),
    fc.record(Object.fromEntries(Object.keys(row).map((k) => [k, fc.jsonValue()]))),
  );
  fc.assert(
    fc.property(anyRow, (value) => {
      const { station, bikes, installed, reportedAt, metadata, raw } = stationReading(value);
      expect(station === null || station !== "").toBe(true);
      expect(bikes === null || typeof bikes === "number").toBe(true);
      expect(installed === null || typeof installed === "boolean").toBe(true);
      expect(reportedAt === null || Number.isFinite(reportedAt)).toBe(true);
      expect(metadata.lat === null || Number.isFinite(metadata.lat)).toBe(true);
      expect(raw).toBe(value);
    }),
  );
});
