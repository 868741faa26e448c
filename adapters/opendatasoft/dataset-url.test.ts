import { expect, test } from "vitest";
import { assertReachable, datasetEndpoint, exportOf, recordsPage, searchPage, velibDataset } from "./dataset-url.ts";

const exported =
  "https://opendata.paris.fr/api/explore/v2.1/catalog/datasets/velib-disponibilite-en-temps-reel/exports/json";
const records = exported.replace("exports/json", "records");
const search = "https://opendata.paris.fr/api/records/1.0/search/?dataset=velib-disponibilite-en-temps-reel";

test.each([
  [exported, "export", exported],
  [`${exported}?lang=fr`, "export", `${exported}?lang=fr`],
  [exported.replace("exports/json", "exports/csv?delimiter=%3B"), "export", `${exported}?delimiter=%3B`],
  [`${records}?limit=20`, "records", `${records}?limit=20`],
  [search, "search", search],
  ["https://opendata.paris.fr/explore/dataset/velib-disponibilite-en-temps-reel/table/?disj=x", "export", exported],
])("%s is asked for as %s", (address, kind, url) => {
  const endpoint = datasetEndpoint(new URL(address));
  expect([endpoint?.kind, endpoint?.url.href]).toEqual([kind, url]);
});

test.each(["https://opendata.paris.fr/", "https://example.org/gbfs/gbfs.json", `${exported}/x`])(
  "%s is no address of a dataset",
  (address) => {
    expect(datasetEndpoint(new URL(address))).toBeNull();
  },
);

test("a dataset by name is its export", () => {
  expect(exportOf(velibDataset).url.href).toBe(exported);
  expect(exportOf({ url: "https://example.org/portal", dataset: "a b" }).url.href).toBe(
    "https://example.org/portal/api/explore/v2.1/catalog/datasets/a%20b/exports/json",
  );
});

test("pages of records have 100 rows in a fixed order, whatever the address says", () => {
  expect(recordsPage(new URL(`${records}?limit=20&where=x`), 200).search).toBe(
    "?limit=100&where=x&offset=200&order_by=stationcode",
  );
  expect(recordsPage(new URL(`${records}?order_by=name`), 0).searchParams.get("order_by")).toBe("name");
});

test("a search asks for all rows from the first", () => {
  expect(searchPage(new URL(`${search}&start=50`)).searchParams.toString()).toBe(
    "dataset=velib-disponibilite-en-temps-reel&rows=10000",
  );
});

test("more rows than can be reached are refused with the way out", () => {
  expect(() => assertReachable(new URL(records), 10_000)).not.toThrow();
  expect(() => assertReachable(new URL(records), 10_001)).toThrow(/10001 rows.*first 10000; use .*exports\/json/);
});
