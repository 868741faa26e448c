import { afterEach, beforeEach, expect, it } from "vitest";
import type { Poll } from "../../core/observation/reading.ts";
import { allOf } from "../../test/contracts/all-of.ts";
import { openStore, startProcess, windowMs } from "../producer/testing/embedded-store.ts";
import { minute, noon, pollOf, reading } from "../producer/testing/polls.ts";

/**
 * Two stations over five minutes, each observation holding for 90 s. 1001 goes from 4 to 6 bikes at 12:01; 1002, whose
 * split is not told, is last seen at 12:01.
 */
const polls: Poll[] = [
  pollOf(noon, [reading("1001", 4, 6, { mechanical: 3, ebike: 1 }), reading("1002", 0, 8)]),
  pollOf(noon + minute, [reading("1001", 6, 4, { mechanical: 4, ebike: 2 }), reading("1002", 0, 8)]),
  pollOf(noon + 2 * minute, [reading("1001", 6, 4, { mechanical: 4, ebike: 2 })]),
  pollOf(noon + 3 * minute, [reading("1001", 7, 5, { mechanical: 4, ebike: 3 })]),
  pollOf(noon + 4 * minute, [reading("1001", 7, 5, { mechanical: 4, ebike: 3 })]),
];

let store: ReturnType<typeof openStore>;

beforeEach(async () => {
  store = openStore();
  const process = startProcess(store);
  const { producer } = await process.producer("paris");
  for (const poll of polls) {
    await producer.take(poll);
    await process.workOff();
  }
  // The last observation ends at 12:05:30, when of the two windows only the first one is final.
  await producer.end(noon + 4 * minute + 90_000);
  await process.workOff();
});

afterEach(() => store.close());

it("averages stations over the time in which they were known", async () => {
  const windows = await allOf(store.results.stationWindows({}));

  expect(windows).toEqual([
    {
      source: "paris",
      station: "1001",
      start: noon,
      end: noon + windowMs,
      // A minute with 3 + 1, two with 4 + 2.
      mechanicalMean: 11 / 3,
      ebikeMean: 5 / 3,
      bikesMean: 16 / 3,
      docksMean: 14 / 3,
      occupancyMean: expect.closeTo(1.6 / 3, 12),
      bikesMin: 4,
      bikesMax: 6,
      bikesLast: 6,
      docksMin: 4,
      docksMax: 6,
      docksLast: 4,
      coverage: 1,
      changes: 2,
    },
    {
      source: "paris",
      station: "1002",
      start: noon,
      end: noon + windowMs,
      mechanicalMean: null,
      ebikeMean: null,
      bikesMean: 0,
      docksMean: 8,
      occupancyMean: 0,
      bikesMin: 0,
      bikesMax: 0,
      bikesLast: null,
      docksMin: 8,
      docksMax: 8,
      docksLast: null,
      // Known until 12:02:30.
      coverage: 150 / 180,
      changes: 1,
    },
  ]);
});

it("averages the zone over its stations' known time", async () => {
  expect(await allOf(store.results.zoneWindows({}))).toEqual([
    {
      source: "paris",
      zone: "1",
      start: noon,
      end: noon + windowMs,
      mechanicalMean: 11 / 3,
      ebikeMean: 5 / 3,
      bikesMean: (4 * 60 + 6 * 120) / 330,
      docksMean: (6 * 60 + 4 * 120 + 8 * 150) / 330,
      occupancyMean: 960 / (10 * 180 + 10 * 150),
      stations: 2,
      bikesTotal: (960 / 330) * 2,
      coverage: 330 / 360,
      changes: 3,
    },
  ]);
});

it("keeps every change and poll in the history", async () => {
  const history = await allOf(store.history.day("paris", "2024-11-08"));

  expect(history.map(({ station, at, bikes }) => [station, (at - noon) / minute, bikes])).toEqual([
    ["1001", 0, 4],
    ["1002", 0, 0],
    ["1001", 1, 6],
    ["1001", 3, 7],
  ]);
  const markers = await allOf(store.history.polls("paris", 0, Number.MAX_SAFE_INTEGER));
  expect(markers.map(({ at, observed, changes }) => [(at - noon) / minute, observed, changes])).toEqual([
    [0, 2, 2],
    [1, 2, 1],
    [2, 1, 0],
    [3, 1, 1],
    [4, 1, 0],
  ]);
});

it("knows the latest of each station and of the source", async () => {
  expect(await store.results.station("paris", "1001")).toMatchObject({
    content: { bikes: 7, mechanical: 4, ebike: 3, docks: 5 },
    changedAt: noon + 3 * minute,
    absentSince: null,
    zone: "1",
    name: "Place 1001",
  });
  expect(await store.results.station("paris", "1002")).toMatchObject({
    content: { bikes: 0, docks: 8 },
    changedAt: noon,
    absentSince: noon + 2 * minute,
  });
  expect(await store.results.sources()).toMatchObject([
    { source: "paris", lastPollAt: noon + 4 * minute, finalUntil: noon + windowMs, ended: true, observed: 1 },
  ]);
});
