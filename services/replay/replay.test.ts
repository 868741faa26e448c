import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Poll, UnreadablePoll } from "../../core/observation/reading.ts";
import type { Recording } from "../../core/ports/source.ts";
import type { Ports } from "../producer/testing/embedded-store.ts";
import { openStore, recordsOf, startProcess, tablesOf } from "../producer/testing/embedded-store.ts";
import { minute, noon, pollOf, reading, second, unreadable } from "../producer/testing/polls.ts";
import { Pacer } from "./pace.ts";
import { replay } from "./replay.ts";

/** Ten polls; the fifth one can't be read, and neither can the last one. */
const polls = Array.from({ length: 10 }, (_, n) => {
  const at = noon + n * minute;
  return n === 4 || n === 9 ? unreadable(at) : pollOf(at, [reading("1001", n % 3, 5), reading("1002", 2, 8)]);
});

/** Says how many polls were read, and whether reading was ended properly. */
class ListRecording implements Recording {
  readonly description = "ten polls";
  readonly network = "paris";
  readonly attribution = { text: "nobody", licence: "CC0", url: null };
  readonly intervalMs = minute;
  readonly #polls: readonly (Poll | UnreadablePoll)[];
  read = 0;
  open = 0;

  constructor(list: readonly (Poll | UnreadablePoll)[]) {
    this.#polls = list;
  }

  async *polls(after: number | null) {
    this.open++;
    try {
      for (const [i, poll] of this.#polls.entries()) {
        if (after !== null && poll.at <= after) continue;
        this.read++;
        yield { poll, progress: (i + 1) / this.#polls.length };
      }
    } finally {
      this.open--;
    }
  }
}

let store: ReturnType<typeof openStore>;

beforeEach(() => {
  store = openStore();
});

afterEach(() => store.close());

/** Replays in a process of its own, which stops after so many polls. */
async function replayOnce(recording: Recording, options: { ports?: Ports; stopAfter?: number } = {}) {
  const process = startProcess(options.ports ?? store);
  const { producer, lastPollAt } = await process.producer("paris");
  const stop = new AbortController();
  const seen: number[] = [];
  const summary = await replay(recording, producer, {
    holdMs: 90 * second,
    after: lastPollAt,
    pacer: new Pacer(Number.POSITIVE_INFINITY, () => 0),
    signal: stop.signal,
    onPoll: (progress) => {
      if (seen.push(progress) === options.stopAfter) stop.abort();
    },
  });
  await process.workOff();
  return { summary, seen };
}

async function ends(): Promise<number[]> {
  return (await recordsOf(store.log)).filter(({ kind }) => kind === "end").map(({ at }) => at);
}

it("puts a recording's polls into the log, counts them, and ends it a hold after its last poll that counted", async () => {
  const { summary, seen } = await replayOnce(new ListRecording(polls));

  expect(summary).toEqual({
    polls: 8,
    rejectedPolls: 2,
    changes: 9,
    keyframes: 0,
    absences: 0,
    deadLetters: { "truncated-body": 2 },
    complete: true,
  });
  expect(seen).toEqual([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]);
  expect(await ends()).toEqual([noon + 8 * minute + 90 * second]);
});

it("does nothing a second time", async () => {
  await replayOnce(new ListRecording(polls));
  const before = await tablesOf(store, "paris", "2024-11-08");

  const { summary } = await replayOnce(new ListRecording(polls));

  expect(summary).toMatchObject({ polls: 0, complete: true });
  expect(await tablesOf(store, "paris", "2024-11-08")).toEqual(before);
});

it("says nothing of the end of a recording without a poll that counts", async () => {
  const { summary } = await replayOnce(new ListRecording([unreadable(noon)]));

  expect(summary).toMatchObject({ polls: 0, rejectedPolls: 1, complete: true });
  expect(await recordsOf(store.log)).toEqual([]);
});

describe("a replay that is stopped", () => {
  it("ends after the poll it is at, and leaves the recording closed and the log open", async () => {
    const recording = new ListRecording(polls);

    const { summary } = await replayOnce(recording, { stopAfter: 3 });

    expect(summary).toMatchObject({ polls: 3, complete: false });
    expect(recording.open).toBe(0);
    expect(await ends()).toEqual([]);
  });

  it.each([1, 4, 5, 8, 9, 10])(
    "goes on where it stopped, after poll %i, and gives the same tables",
    async (stopAfter) => {
      const undisturbed = openStore();
      await replayOnce(new ListRecording(polls), { ports: undisturbed });

      await replayOnce(new ListRecording(polls), { stopAfter });
      const { summary } = await replayOnce(new ListRecording(polls));

      expect(summary.complete).toBe(true);
      expect(await tablesOf(store, "paris", "2024-11-08")).toEqual(await tablesOf(undisturbed, "paris", "2024-11-08"));
      undisturbed.close();
    },
  );
});

describe("a replay whose process dies", () => {
  it.each(["before", "after"])("%s it wrote the end marker writes it exactly once", async (when) => {
    const { log } = store;
    const dying: Ports = {
      ...store,
      log: {
        async append(poll) {
          if (poll.marker.kind === "end" && when === "before") throw new Error("killed");
          await log.append(poll);
          if (poll.marker.kind === "end") throw new Error("killed");
        },
        tail: (source, sinceMs) => log.tail(source, sinceMs),
        consume: (group, handler, options) => log.consume(group, handler, options),
        close: () => log.close(),
      },
    };
    await expect(replayOnce(new ListRecording(polls), { ports: dying })).rejects.toThrow("killed");

    await replayOnce(new ListRecording(polls));
    await replayOnce(new ListRecording(polls));

    expect(await ends()).toEqual([noon + 8 * minute + 90 * second]);
  });
});
