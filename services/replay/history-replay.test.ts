import { afterEach, beforeEach, expect, it } from "vitest";
import type { AbsentRecord } from "../../core/log/record.ts";
import type { ReplayableHistory } from "../../core/ports/history-store.ts";
import { allOf } from "../../test/contracts/all-of.ts";
import { keyframeMs, openStore, recordsOf, startProcess } from "../producer/testing/embedded-store.ts";
import { minute, noon, pollOf, reading, second } from "../producer/testing/polls.ts";
import { replayHistory } from "./history-replay.ts";

const holdMs = 90 * second;
const polls = 50;

let original: ReturnType<typeof openStore>;
let copy: ReturnType<typeof openStore>;
let history: ReplayableHistory;

beforeEach(async () => {
  original = openStore();
  copy = openStore();
  const process = startProcess(original, { holdMs });
  const { producer } = await process.producer("paris");
  for (let n = 0; n < polls; n++) {
    // 1002 is missing now and then, 1003 from the middle on; 1004 comes late and never changes; there is a gap.
    const readings = [reading("1001", n % 4, 5), reading("1004", 7, 1)].slice(0, n < 20 ? 1 : 2);
    if (n % 7 !== 3) readings.push(reading("1002", Math.floor(n / 5) % 3, 8));
    if (n < 25) readings.push(reading("1003", 2, n % 2));
    await producer.take(pollOf(noon + (n < 30 ? n : n + 6) * minute, readings));
  }
  await producer.end(noon + (polls + 5) * minute + holdMs);
  await process.workOff();
  const absences = (await recordsOf(original.log)).filter((record): record is AbsentRecord => record.kind === "absent");
  history = {
    append: () => Promise.reject(new Error("read only")),
    position: (partition) => original.history.position(partition),
    station: (...query) => original.history.station(...query),
    day: (...query) => original.history.day(...query),
    between: (...query) => original.history.between(...query),
    polls: (...query) => original.history.polls(...query),
    async *absences(source, from, to) {
      for (const record of absences) if (record.source === source && record.at >= from && record.at < to) yield record;
    },
    sources: () => original.history.sources(),
    close: async () => {},
  };
});

afterEach(() => {
  original.close();
  copy.close();
});

interface Stretch {
  from?: number;
  to?: number;
  stopAfter?: number;
}

async function replayInto(store: ReturnType<typeof openStore>, { from, to, stopAfter }: Stretch = {}) {
  const stop = new AbortController();
  let seen = 0;
  const summary = await replayHistory(history, store.log, {
    source: "paris",
    as: "paris",
    from: from ?? null,
    to: to ?? Number.POSITIVE_INFINITY,
    leadMs: keyframeMs + holdMs,
    latenessMs: 30 * second,
    signal: stop.signal,
    onPoll: () => {
      if (++seen === stopAfter) stop.abort();
    },
  });
  await startProcess(store, { holdMs }).workOff();
  return summary;
}

async function windowsOf(store: ReturnType<typeof openStore>, range: { from?: number; to?: number } = {}) {
  const [stations, zones] = [store.results.stationWindows(range), store.results.zoneWindows(range)];
  return { stations: await allOf(stations), zones: await allOf(zones) };
}

it("gives the windows and the history that the polls gave", async () => {
  const summary = await replayInto(copy);

  expect(await windowsOf(copy)).toEqual(await windowsOf(original));
  expect(await allOf(copy.history.day("paris", "2024-11-08"))).toEqual(
    await allOf(original.history.day("paris", "2024-11-08")),
  );
  expect(summary).toMatchObject({ polls, complete: true });
  expect(summary.absences).toBeGreaterThan(7);
});

it("writes each record as the kind that it was", async () => {
  await replayInto(copy);

  const kinds = async (store: ReturnType<typeof openStore>) =>
    (await recordsOf(store.log))
      .flatMap((record) => ("station" in record && record.kind !== "station" ? [record] : []))
      .map(({ kind, station, at }) => `${at} ${station} ${kind}`)
      .sort();
  expect(await kinds(copy)).toEqual(await kinds(original));
});

it.each<[string, { from?: number; to?: number }]>([
  ["from a time on", { from: noon + 24 * minute }],
  ["up to a time", { to: noon + 27 * minute }],
  ["a stretch", { from: noon + 15 * minute, to: noon + 45 * minute }],
])("gives whole windows of %s", async (_what, stretch) => {
  await replayInto(copy, stretch);

  expect(await windowsOf(copy, stretch)).toEqual(await windowsOf(original, stretch));
  const beyond = await windowsOf(copy, { from: stretch.to ?? Number.MAX_SAFE_INTEGER });
  expect(beyond.stations).toEqual([]);
});

it("goes on where it was stopped, and does nothing a second time", async () => {
  const first = await replayInto(copy, { stopAfter: 12 });
  const second = await replayInto(copy);
  const third = await replayInto(copy);

  expect([first, second, third].map(({ polls: count, complete }) => [count, complete])).toEqual([
    [12, false],
    [polls - 12, true],
    [0, true],
  ]);
  expect(await windowsOf(copy)).toEqual(await windowsOf(original));
});

it("does not end a source whose log has all of the history already", async () => {
  const live = startProcess(copy, { holdMs });
  const { producer } = await live.producer("paris");
  await producer.take(pollOf(noon + 200 * minute, [reading("1001", 1, 1)]));

  await replayInto(copy);

  expect((await recordsOf(copy.log)).filter(({ kind }) => kind === "end")).toEqual([]);
});

it("says that there is nothing to replay", async () => {
  await expect(replayInto(copy, { from: noon + 300 * minute })).rejects.toMatchObject({
    code: "VELIB_HISTORY_EMPTY",
    message:
      "the history has no poll of paris from 2024-11-08T17:00:00.000Z to any time; check --source, --from and --to",
  });
});
