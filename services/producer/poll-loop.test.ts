import { pino } from "pino";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { SourceError } from "../../adapters/http/source-error.ts";
import type { Poll, UnreadablePoll } from "../../core/observation/reading.ts";
import type { PolledSource } from "../../core/ports/source.ts";
import { pollSource } from "./poll-loop.ts";
import { counted, openStore, startProcess } from "./testing/embedded-store.ts";
import { hour, minute, noon, pollOf, reading, second, unreadable } from "./testing/polls.ts";

/** A feed that answers as it is told, after a while. */
class ScriptedSource implements PolledSource {
  readonly description = "a script";
  readonly attribution = { text: "nobody", licence: "CC0", url: null };
  readonly simulated = true;
  ttlMs: number | null = null;
  tookMs = 0;
  /** When it was asked, ms after noon. */
  readonly asked: number[] = [];
  answer: (at: number, n: number) => Poll | UnreadablePoll = (at, n) => pollOf(at, [reading("1001", n, 10)]);

  async poll(at: number, signal: AbortSignal): Promise<Poll | UnreadablePoll> {
    const n = this.asked.push(at - noon) - 1;
    if (this.tookMs > 0) {
      await new Promise<void>((resolve, reject) => {
        setTimeout(resolve, this.tookMs);
        signal.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")));
      });
    }
    return this.answer(at, n);
  }
}

let store: ReturnType<typeof openStore>;
let source: ScriptedSource;
let stop: AbortController;

beforeEach(() => {
  vi.useFakeTimers({ now: noon });
  store = openStore();
  source = new ScriptedSource();
  stop = new AbortController();
});

afterEach(() => {
  vi.useRealTimers();
  store.close();
});

async function start(intervalMs = minute) {
  const process = startProcess(store);
  const { producer } = await process.producer("paris");
  const logger = pino({ level: "silent" });
  const options = { intervalMs, now: Date.now, random: () => 0, logger, metrics: process.metrics, signal: stop.signal };
  const ended = pollSource(source, producer, options);
  ended.catch(() => undefined);
  await vi.advanceTimersByTimeAsync(0);
  return { ended, metrics: process.metrics };
}

function failure(retryAfterMs: number | null = null): SourceError {
  return new SourceError("VELIB_SOURCE_HTTP_STATUS", "the feed answered 503", { retryAfterMs });
}

/** Answers with failures at the given askings, as usual at the others. */
function failAt(times: readonly number[], retryAfterMs: number | null = null): void {
  source.answer = (at, n) => {
    if (times.includes(n)) throw failure(retryAfterMs);
    return pollOf(at, [reading("1001", n, 10)]);
  };
}

it("polls at once and then every interval, whatever the polls take", async () => {
  source.tookMs = 700;
  await start();

  await vi.advanceTimersByTimeAsync(5 * minute);

  expect(source.asked).toEqual([0, 1, 2, 3, 4, 5].map((n) => n * minute));
});

it("gives a poll the time at which it was asked for", async () => {
  source.tookMs = 700;
  await start();

  await vi.advanceTimersByTimeAsync(minute + second);

  const { records } = await store.log.tail("paris", hour);
  expect(records.filter(({ kind }) => kind === "poll").map(({ at }) => at - noon)).toEqual([0, minute]);
});

it("asks again at once after a poll that took longer than the interval, without catching up", async () => {
  source.tookMs = 150 * second;
  await start();

  await vi.advanceTimersByTimeAsync(460 * second);

  expect(source.asked).toEqual([0, 150, 300, 450].map((n) => n * second));
});

it.each([
  ["none", null, minute],
  ["shorter than the interval", 10 * second, minute],
  ["longer than the interval", 90 * second, 90 * second],
  ["an hour, as Vélib's says", hour, 5 * minute],
])("waits for the feed's ttl within bounds: %s", async (_what, ttlMs, expected) => {
  source.ttlMs = ttlMs;
  await start();

  await vi.advanceTimersByTimeAsync(3 * expected);

  expect(source.asked).toEqual([0, 1, 2, 3].map((n) => n * expected));
});

it("does not spin when the interval is longer than a timer takes", async () => {
  const month = 30 * 24 * hour;
  await start(month);

  await vi.advanceTimersByTimeAsync(month - 1);
  const before = [...source.asked];
  await vi.advanceTimersByTimeAsync(1);

  expect(before).toEqual([0]);
  expect(source.asked).toEqual([0, month]);
});

it("tries again after a growing wait, at most the interval, and then goes on as usual", async () => {
  failAt([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  const { metrics } = await start();

  await vi.advanceTimersByTimeAsync(5 * minute);

  const waits = source.asked.slice(1).map((at, n) => at - source.asked[n]!);
  expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000, minute, minute]);
  expect(await counted(metrics, "velib_polls_total", { source: "paris", outcome: "failed" })).toBe(9);
  expect(await counted(metrics, "velib_polls_total", { source: "paris", outcome: "counted" })).toBe(3);
});

it("starts again with a short wait at the next failure", async () => {
  failAt([0, 1, 3]);
  await start();

  await vi.advanceTimersByTimeAsync(2 * minute);

  expect(source.asked).toEqual([0, 500, 1500, 61_500, 62_000]);
});

it("leaves a server alone for as long as it asks to", async () => {
  failAt([0], 5 * minute);
  await start();

  await vi.advanceTimersByTimeAsync(6 * minute);

  expect(source.asked).toEqual([0, 5 * minute, 6 * minute]);
});

it("waits an interval after a body that can't be read: the server did answer", async () => {
  source.answer = (at, n) => (n === 0 ? unreadable(at) : pollOf(at, [reading("1001", n, 10)]));
  const { metrics } = await start();

  await vi.advanceTimersByTimeAsync(minute);

  expect(source.asked).toEqual([0, minute]);
  expect(await counted(metrics, "velib_polls_total", { source: "paris", outcome: "rejected" })).toBe(1);
});

it("stops between polls", async () => {
  const { ended } = await start();
  await vi.advanceTimersByTimeAsync(30 * second);

  stop.abort();

  await expect(ended).resolves.toBeUndefined();
  expect(vi.getTimerCount()).toBe(0);
});

it("finishes the poll that is under way when it is to stop", async () => {
  source.tookMs = 2 * second;
  const { ended } = await start();
  await vi.advanceTimersByTimeAsync(second);

  stop.abort();
  await vi.advanceTimersByTimeAsync(second);

  await expect(ended).resolves.toBeUndefined();
  const { records } = await store.log.tail("paris", hour);
  expect(records.filter(({ kind }) => kind === "poll").map(({ at }) => at)).toEqual([noon]);
  expect(vi.getTimerCount()).toBe(0);
});

it("gives a poll up that still takes half of Kubernetes' 30 s after it is to stop", async () => {
  source.tookMs = hour;
  const { ended } = await start();
  let over = false;
  void ended.then(() => {
    over = true;
  });
  await vi.advanceTimersByTimeAsync(second);

  stop.abort();
  await vi.advanceTimersByTimeAsync(15 * second - 1);
  const before = over;
  await vi.advanceTimersByTimeAsync(1);

  expect(before).toBe(false);
  await expect(ended).resolves.toBeUndefined();
  expect((await store.log.tail("paris", hour)).records).toEqual([]);
});

it("stops while it backs off", async () => {
  failAt([0], hour);
  const { ended } = await start();
  await vi.advanceTimersByTimeAsync(minute);

  stop.abort();

  await expect(ended).resolves.toBeUndefined();
  expect(vi.getTimerCount()).toBe(0);
});

it("ends with an error that is not the feed's", async () => {
  source.answer = () => {
    throw new TypeError("a mistake of ours");
  };
  const { ended } = await start();

  await expect(ended).rejects.toThrow("a mistake of ours");
});
