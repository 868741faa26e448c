import { afterEach, beforeEach, expect, it } from "vitest";
import { deadLetter } from "../../../core/dead-letter/dead-letter.ts";
import type { City } from "../testing/small-city.ts";
import { minute, noon, openCity } from "../testing/small-city.ts";

let city: City;

beforeEach(async () => {
  city = openCity();
  await city.deadLetters.put([
    deadLetter("paris", noon, "truncated-body", "expected the end of the array, got the end of the body", "[{"),
    deadLetter("paris", noon + minute, "invalid-count", "bikes: expected a whole number, got null", { n: 1 }, 1),
    deadLetter("paris", noon + minute, "invalid-count", "bikes: expected a whole number, got null", { n: 2 }, 2),
    deadLetter("oslo", noon, "missing-station", "station_id: expected text, got null", {}),
  ]);
});
afterEach(() => city.close());

it("shows the letters, newest first, and counts them by reason", async () => {
  const body = (await city.app.inject("/v1/dead-letters?source=paris")).json();

  expect(body.letters.map((one: { reason: string }) => one.reason)).toEqual([
    "invalid-count",
    "invalid-count",
    "truncated-body",
  ]);
  expect(body.letters[2]).toMatchObject({ source: "paris", at: "2024-11-08T12:00:00.000Z", excerpt: "[{" });
  expect(body.counts).toEqual([
    { source: "paris", reason: "invalid-count", count: 2 },
    { source: "paris", reason: "truncated-body", count: 1 },
  ]);
});

it("counts all letters, whatever the limit", async () => {
  const body = (await city.app.inject("/v1/dead-letters?reason=invalid-count&limit=1")).json();

  expect(body.letters).toHaveLength(1);
  expect(body.counts).toEqual([{ source: "paris", reason: "invalid-count", count: 2 }]);
});

it("refuses a reason that does not exist and names those that do", async () => {
  const response = await city.app.inject("/v1/dead-letters?reason=bad");

  expect(response.statusCode).toBe(400);
  expect(response.json().error.message).toMatch(/^reason: expected one of unreadable-body, .*, got "bad"$/);
});
