import { afterEach, beforeEach, expect, it } from "vitest";
import { createMetrics, type Metrics } from "../metrics/metrics.ts";
import { counted, openStore } from "../producer/testing/embedded-store.ts";
import { noon } from "../producer/testing/polls.ts";
import { MemoryUserLog, MemoryUserStore, userOf } from "./testing/memory-users.ts";
import { UsersArchiver } from "./users-archiver.ts";

const once = new AbortController().signal;
let embedded: ReturnType<typeof openStore>;
let log: MemoryUserLog;
let store: MemoryUserStore;
let metrics: Metrics;
let archiver: UsersArchiver;

beforeEach(() => {
  embedded = openStore();
  log = new MemoryUserLog();
  store = new MemoryUserStore();
  metrics = createMetrics({ version: "1.2.3" });
  archiver = new UsersArchiver(store, embedded.deadLetters, metrics);
});

afterEach(() => embedded.close());

it("stores each user of a batch by one write, and the same again when it is read again", async () => {
  await log.append([1, 2, 3].map((n) => ({ ...userOf(n), createdAt: noon })));

  await archiver.run(log, once);
  await archiver.run(log, once);

  expect([...store.users.keys()]).toEqual([1, 2, 3].map((n) => userOf(n).id));
  expect(store.puts).toBe(2);
  expect(await counted(metrics, "velib_users_archived_total", {})).toBe(6);
});

it("puts a record that is no user aside, once, and stores the others", async () => {
  const undecodable = { at: noon, detail: "expected JSON, got something else", shape: "6 bytes" };
  const user = { ...userOf(1), createdAt: noon };
  const batch = {
    partition: 2,
    entries: [
      { offset: 7n, undecodable },
      { offset: 8n, user },
    ],
    nextOffset: 9n,
    endOffset: 12n,
  };

  await archiver.take(batch);
  await archiver.take(batch);

  expect(await embedded.deadLetters.list({})).toMatchObject([
    { source: "users", at: noon, reason: "undecodable-record", excerpt: "6 bytes" },
  ]);
  expect(store.users.size).toBe(1);
  expect(await counted(metrics, "velib_log_lag_records", { group: "users-archiver" })).toBe(3);
  archiver.revoked(2);
  expect(await metrics.registry.getSingleMetricAsString("velib_log_lag_records")).not.toContain("partition=");
});
