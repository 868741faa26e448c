import { afterEach, beforeEach, expect, it } from "vitest";
import { deadLetter } from "../../core/dead-letter/dead-letter.ts";
import { omitPersonalData, personalDataFilter } from "../../core/users/personal-data.ts";
import { createMetrics, type Metrics } from "../metrics/metrics.ts";
import { counted, openStore } from "../producer/testing/embedded-store.ts";
import { noon } from "../producer/testing/polls.ts";
import { MemoryUserLog, userOf } from "./testing/memory-users.ts";
import { UsersProducer } from "./users-producer.ts";

let store: ReturnType<typeof openStore>;
let log: MemoryUserLog;
let metrics: Metrics;
let producer: UsersProducer;

beforeEach(() => {
  store = openStore();
  log = new MemoryUserLog();
  metrics = createMetrics({ version: "1.2.3" });
  producer = new UsersProducer(log, store.deadLetters, personalDataFilter(omitPersonalData, null), metrics);
});

afterEach(() => store.close());

it("writes users with the time of the answer and without the personal data that is left out", async () => {
  await producer.take({ at: noon, users: [userOf(1)], deadLetters: [], readable: true });

  expect(log.users).toEqual([{ ...userOf(1), email: null, phone: null, address: null, createdAt: noon }]);
});

it("puts what was no user aside, and counts both", async () => {
  const letters = [0, 1].map((n) => deadLetter("users", noon, "invalid-user", "no id", "{}", n));
  await producer.take({ at: noon, users: [userOf(1), userOf(2), userOf(3)], deadLetters: letters, readable: true });

  expect(await store.deadLetters.list({})).toHaveLength(2);
  expect(await counted(metrics, "velib_users_total", { outcome: "created" })).toBe(3);
  expect(await counted(metrics, "velib_users_total", { outcome: "rejected" })).toBe(2);
  expect(await counted(metrics, "velib_dead_letters_total", { source: "users", reason: "invalid-user" })).toBe(2);
  expect(await counted(metrics, "velib_polls_total", { source: "users", outcome: "counted" })).toBe(1);
});

it("counts an answer without users as a rejected poll, and no user", async () => {
  const letter = deadLetter("users", noon, "users-api-error", "the users API says: busy", "{error: string}");
  await producer.take({ at: noon, users: [], deadLetters: [letter], readable: false });

  expect(await counted(metrics, "velib_polls_total", { source: "users", outcome: "rejected" })).toBe(1);
  expect(await counted(metrics, "velib_users_total", { outcome: "rejected" })).toBe(0);
});

it("counts no user that the log did not take", async () => {
  log.failure = new Error("down");
  const page = { at: noon, users: [userOf(1)], deadLetters: [], readable: true };

  await expect(producer.take(page)).rejects.toThrow("down");
  expect(await counted(metrics, "velib_users_total", { outcome: "created" })).toBe(0);
});
