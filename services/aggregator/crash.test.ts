import { afterEach, beforeEach, expect, it } from "vitest";
import type { Poll, UnreadablePoll } from "../../core/observation/reading.ts";
import { change, pollMarker } from "../../test/contracts/log-records.ts";
import { createMetrics } from "../metrics/metrics.ts";
import type { Ports } from "../producer/testing/embedded-store.ts";
import { openStore, startProcess, tablesOf } from "../producer/testing/embedded-store.ts";
import { minute, noon, pollOf, reading, unreadable } from "../producer/testing/polls.ts";

/** Changes, a quiet station, one that leaves and comes back, bad rows and a body that can't be read. */
const polls: (Poll | UnreadablePoll)[] = Array.from({ length: 9 }, (_, n) => {
  const at = noon + n * minute;
  if (n === 4) return unreadable(at);
  const readings = [reading("1001", n % 3, 5), reading("1002", 2, 8)];
  if (n < 2 || n > 6) readings.push(reading("2001", n, 4));
  if (n % 2 === 1) readings.push(reading("2002", -1, 4));
  return pollOf(at, readings);
});

const metrics = createMetrics({ version: "1.2.3" });

class Crash extends Error {}

/** Kills the process at the n-th seam that it passes; the next process has none. */
class Fuse {
  passed = 0;
  readonly #at: number;

  constructor(at: number) {
    this.#at = at;
  }

  pass(): void {
    this.passed++;
    if (this.passed === this.#at) throw new Crash(`at seam ${this.#at}`);
  }
}

/** The ports with a seam before and after everything that writes. */
function seamed({ log, results, history, deadLetters }: Ports, fuse: Fuse): Ports {
  async function between<T>(write: () => Promise<T>): Promise<T> {
    fuse.pass();
    const written = await write();
    fuse.pass();
    return written;
  }
  return {
    log: {
      append: (poll) => between(() => log.append(poll)),
      tail: (source, sinceMs) => log.tail(source, sinceMs),
      consume: (group, handler, options) => log.consume(group, handler, options),
      close: () => log.close(),
    },
    results: {
      checkpoint: (partition) => results.checkpoint(partition),
      commit: (commit) => between(() => results.commit(commit)),
      stationWindows: (query) => results.stationWindows(query),
      zoneWindows: (query) => results.zoneWindows(query),
      stations: (query) => results.stations(query),
      station: (source, station) => results.station(source, station),
      sources: () => results.sources(),
      close: () => results.close(),
    },
    history: {
      append: (batch) => between(() => history.append(batch)),
      position: (partition) => history.position(partition),
      station: (source, station, from, to) => history.station(source, station, from, to),
      day: (source, date) => history.day(source, date),
      between: (source, from, to) => history.between(source, from, to),
      sources: () => history.sources(),
      polls: (source, from, to) => history.polls(source, from, to),
      close: () => history.close(),
    },
    deadLetters: {
      put: (letters) => between(() => deadLetters.put(letters)),
      list: (query) => deadLetters.list(query),
      counts: () => deadLetters.counts(),
      close: () => deadLetters.close(),
    },
  };
}

/** Runs a process until it is done, and another one over the same store for each that crashed. Returns the crashes. */
async function runThrough(store: Ports, fuse: Fuse): Promise<number> {
  const ports = seamed(store, fuse);
  for (let crashes = 0; ; crashes++) {
    try {
      const process = startProcess(ports, { commitWindows: crashes === 0 ? 0 : 100, metrics });
      const { producer, lastPollAt } = await process.producer("paris");
      for (const poll of polls) {
        if (poll.at <= (lastPollAt ?? 0)) continue;
        await producer.take(poll);
        await process.workOff();
      }
      await producer.end(noon + 20 * minute);
      await process.workOff();
      return crashes;
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
    }
  }
}

/** A store whose log already has a record that the aggregator will find late. */
async function openWithLateRecord() {
  const store = openStore();
  await store.log.append({ records: [change("lyon", "1", noon)], marker: pollMarker("lyon", noon) });
  await store.log.append({ records: [], marker: pollMarker("lyon", noon + 10 * minute) });
  const late = change("lyon", "1", noon + minute);
  await store.log.append({ records: [late], marker: pollMarker("lyon", noon + 11 * minute) });
  return store;
}

let undisturbed: ReturnType<typeof openStore>;

beforeEach(async () => {
  undisturbed = await openWithLateRecord();
});

afterEach(() => undisturbed.close());

it("ends with the same log, tables and letters wherever between two writes a process dies", {
  timeout: 60_000,
}, async () => {
  const counter = new Fuse(Number.POSITIVE_INFINITY);
  await runThrough(undisturbed, counter);
  const expected = await tablesOf(undisturbed, "paris", "2024-11-08");
  expect(expected.stationWindows.length).toBeGreaterThan(5);
  expect(expected.deadLetters).toHaveLength(6);
  expect(counter.passed).toBeGreaterThan(60);

  for (let seam = 1; seam <= counter.passed; seam++) {
    const store = await openWithLateRecord();
    const crashes = await runThrough(store, new Fuse(seam));

    expect(crashes, `seam ${seam}`).toBe(1);
    expect(await tablesOf(store, "paris", "2024-11-08"), `after a crash at seam ${seam}`).toEqual(expected);
    store.close();
  }
});
