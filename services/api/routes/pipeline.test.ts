import { afterEach, expect, it, vi } from "vitest";
import { deadLetter } from "../../../core/dead-letter/dead-letter.ts";
import { VelibError } from "../../../core/errors.ts";
import type { Backlog } from "../../backbone/backlog.ts";
import type { City } from "../testing/small-city.ts";
import { describeSource, minute, noon, openCity, sourceState } from "../testing/small-city.ts";

let city: City;

afterEach(() => city.close());

const backlog: Backlog = {
  lag: 12,
  groups: [
    { group: "paris.aggregator", topic: "paris.observations", lag: 12, partitions: [] },
    { group: "paris.archiver", topic: "paris.observations", lag: 0, partitions: [] },
  ],
};

async function ask() {
  const response = await city.app.inject("/v1/pipeline");
  expect(response.statusCode).toBe(200);
  return response.json();
}

it("tells in one answer how sources, dead letters and consumers are", async () => {
  const sources = [describeSource("paris"), describeSource("oslo"), describeSource("rome")];
  city = openCity({ sources, backlog: async () => backlog });
  const states = [sourceState("paris", { observed: 1500 }), sourceState("oslo", { lastPollAt: noon - 60 * minute })];
  await city.commit({ sources: states });
  await city.deadLetters.put([
    deadLetter("paris", noon, "truncated-body", "expected the end of the array", "[{"),
    deadLetter("paris", noon, "invalid-count", "bikes: got null", { n: 1 }, 1),
    deadLetter("oslo", noon, "invalid-count", "bikes: got null", { n: 1 }, 1),
  ]);

  expect(await ask()).toEqual({
    at: "2024-11-08T12:00:00.000Z",
    sources: [
      { name: "paris", stations: 1500, last_observation_at: "2024-11-08T12:00:00.000Z", stale: false, cause: null },
      {
        name: "oslo",
        stations: 3,
        last_observation_at: "2024-11-08T11:00:00.000Z",
        stale: true,
        cause: "polls_stopped",
      },
      { name: "rome", stations: null, last_observation_at: null, stale: true, cause: "never_polled" },
    ],
    stations: 1503,
    last_observation_at: "2024-11-08T12:00:00.000Z",
    dead_letters: [
      { reason: "invalid-count", count: 2 },
      { reason: "truncated-body", count: 1 },
    ],
    groups: [
      { group: "paris.aggregator", topic: "paris.observations", lag: 12 },
      { group: "paris.archiver", topic: "paris.observations", lag: 0 },
    ],
    problem: null,
  });
});

it("knows of no consumers where one process does everything", async () => {
  city = openCity();

  expect(await ask()).toMatchObject({ stations: 0, last_observation_at: null, dead_letters: [], groups: null });
});

it("tells what it knows while Kafka does not answer, and why the rest is missing", async () => {
  const outage = new VelibError("VELIB_KAFKA_UNREACHABLE", "kafka:9092 does not answer; check the address");
  city = openCity({ backlog: () => Promise.reject(outage) });
  vi.spyOn(city.deadLetters, "counts").mockRejectedValueOnce(outage);
  await city.commit({ sources: [sourceState("paris")] });

  const during = await ask();
  const after = await ask();

  expect(during).toMatchObject({ stations: 3, dead_letters: null, groups: null, problem: outage.message });
  expect(after).toMatchObject({ dead_letters: [], groups: null, problem: outage.message });
});

it("counts the letters at most once a minute, however often it is asked", async () => {
  city = openCity();
  const counts = vi.spyOn(city.deadLetters, "counts");
  await ask();
  await city.deadLetters.put([deadLetter("paris", noon, "invalid-count", "bikes: got null", {})]);

  city.clock.now += minute - 1;
  const before = await ask();
  city.clock.now += 1;
  const after = await ask();

  expect(before.dead_letters).toEqual([]);
  expect(after.dead_letters).toEqual([{ reason: "invalid-count", count: 1 }]);
  expect(counts).toHaveBeenCalledTimes(2);
});
