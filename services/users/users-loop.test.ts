import { pino } from "pino";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { SourceError } from "../../adapters/http/source-error.ts";
import { deadLetter } from "../../core/dead-letter/dead-letter.ts";
import { omitPersonalData, personalDataFilter } from "../../core/users/personal-data.ts";
import type { UsersApi, UsersPage } from "../../core/users/users-api.ts";
import { createMetrics, type Metrics } from "../metrics/metrics.ts";
import { counted, openStore } from "../producer/testing/embedded-store.ts";
import { minute, noon, second } from "../producer/testing/polls.ts";
import { MemoryUserLog, userOf } from "./testing/memory-users.ts";
import { askForUsers } from "./users-loop.ts";
import { UsersProducer } from "./users-producer.ts";

/** An API that answers as it is told. */
class ScriptedApi implements UsersApi {
  readonly description = "a script";
  /** When it was asked, ms after noon. */
  readonly asked: number[] = [];
  answer: (at: number, n: number) => UsersPage = (at, n) => pageOf(at, n);

  async fetch(at: number): Promise<UsersPage> {
    const n = this.asked.push(at - noon) - 1;
    return this.answer(at, n);
  }
}

function pageOf(at: number, n: number): UsersPage {
  return { at, users: [userOf(n)], deadLetters: [], readable: true };
}

let store: ReturnType<typeof openStore>;
let api: ScriptedApi;
let log: MemoryUserLog;
let metrics: Metrics;
let stop: AbortController;
let lines: string[];

beforeEach(() => {
  vi.useFakeTimers({ now: noon });
  store = openStore();
  api = new ScriptedApi();
  log = new MemoryUserLog();
  metrics = createMetrics({ version: "1.2.3" });
  stop = new AbortController();
  lines = [];
});

afterEach(() => {
  stop.abort();
  vi.useRealTimers();
  store.close();
});

async function start(intervalMs = minute) {
  const producer = new UsersProducer(log, store.deadLetters, personalDataFilter(omitPersonalData, null), metrics);
  const logger = pino({ level: "trace" }, { write: (line: string) => lines.push(line) });
  const ended = askForUsers(api, producer, {
    intervalMs,
    now: Date.now,
    random: () => 0,
    logger,
    metrics,
    signal: stop.signal,
  });
  ended.catch(() => undefined);
  await vi.advanceTimersByTimeAsync(0);
  return { ended };
}

function failAt(times: readonly number[], retryAfterMs: number | null = null): void {
  api.answer = (at, n) => {
    if (times.includes(n)) throw new SourceError("VELIB_SOURCE_HTTP_STATUS", "answered 429", { retryAfterMs });
    return pageOf(at, n);
  };
}

it("asks at once and then every interval", async () => {
  await start();
  await vi.advanceTimersByTimeAsync(3 * minute);

  expect(api.asked).toEqual([0, minute, 2 * minute, 3 * minute]);
  expect(log.users.map(({ id }) => id)).toEqual([0, 1, 2, 3].map((n) => userOf(n).id));
});

it("waits longer after each failure in a row, and goes back to its interval after an answer", async () => {
  failAt([0, 1, 2]);
  await start();
  await vi.advanceTimersByTimeAsync(2 * minute);

  expect(api.asked).toEqual([0, 500, 1500, 3500, minute + 3500]);
  expect(await counted(metrics, "velib_polls_total", { source: "users", outcome: "failed" })).toBe(3);
});

it("never asks sooner than the API wishes", async () => {
  failAt([0], 90 * second);
  await start();
  await vi.advanceTimersByTimeAsync(2 * minute);

  expect(api.asked.slice(0, 2)).toEqual([0, 90 * second]);
});

it("forgets the wish of a failure before the last one", async () => {
  api.answer = (at, n) => {
    if (n < 2) {
      const retryAfterMs = n === 0 ? 30 * second : null;
      throw new SourceError("VELIB_SOURCE_HTTP_STATUS", "answered 503", { retryAfterMs });
    }
    return pageOf(at, n);
  };
  await start();
  await vi.advanceTimersByTimeAsync(minute);

  expect(api.asked).toEqual([0, 30 * second, 31 * second]);
});

it("goes on after an answer of which nothing can be used", async () => {
  const letter = deadLetter("users", noon, "users-api-error", "the users API says: busy", "{error: string}");
  api.answer = (at, n) => (n === 0 ? { at, users: [], deadLetters: [letter], readable: false } : pageOf(at, n));
  await start();
  await vi.advanceTimersByTimeAsync(minute);

  expect(await store.deadLetters.list({})).toMatchObject([{ reason: "users-api-error" }]);
  expect(log.users).toHaveLength(1);
});

it("logs nothing of a user", async () => {
  const letter = deadLetter("users", noon, "invalid-user", "element 1: expected a UUID", "{email: string}", 1);
  api.answer = (at, n) => ({ at, users: [userOf(n)], deadLetters: [letter], readable: true });
  await start();

  expect(lines).toHaveLength(1);
  for (const part of ["Élise", "Roy", "@example", "01-99", "Lilas", "silverbird", userOf(0).id]) {
    expect(lines[0]).not.toContain(part);
  }
});

it("ends when it is stopped", async () => {
  const { ended } = await start();
  stop.abort();
  await vi.advanceTimersByTimeAsync(0);

  expect(await ended).toBeUndefined();
});

it("ends with a failure of the log: what it held back would be lost", async () => {
  log.failure = new Error("the log is down");
  const { ended } = await start();

  await expect(ended).rejects.toThrow("the log is down");
});
