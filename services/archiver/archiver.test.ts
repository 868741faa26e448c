import { afterEach, beforeEach, expect, it } from "vitest";
import { allOf } from "../../test/contracts/all-of.ts";
import {
  absent,
  change,
  endMarker,
  keyframe,
  minute,
  pollMarker,
  start,
  station,
} from "../../test/contracts/log-records.ts";
import { createMetrics } from "../metrics/metrics.ts";
import { counted, openStore } from "../producer/testing/embedded-store.ts";
import { Archiver } from "./archiver.ts";

let store: ReturnType<typeof openStore>;

beforeEach(() => {
  store = openStore();
});

afterEach(() => store.close());

it("archives observations and polls, and of what can't be decoded only the place", async () => {
  const metrics = createMetrics({ version: "1.2.3" });
  const archiver = new Archiver(store.history, metrics);
  const records = [
    station("paris", "1", start),
    change("paris", "1", start),
    absent("paris", "2", start),
    keyframe("paris", "3", start),
    pollMarker("paris", start),
    endMarker("paris", start + minute),
  ];
  const undecodable = { source: "paris", at: start, detail: "expected JSON", excerpt: "{" };

  const first = await archiver.assigned(0);
  await archiver.batch({
    partition: 0,
    generation: 1,
    entries: [...records.map((record, i) => ({ offset: BigInt(i), record })), { offset: 6n, undecodable }],
    nextOffset: 7n,
    endOffset: 10n,
  });
  const lag = await counted(metrics, "velib_log_lag_records", { group: "archiver" });
  await archiver.revoked(0);

  expect(first).toBeNull();
  expect(await archiver.assigned(0)).toBe(7n);
  const archived = await allOf(store.history.day("paris", "2024-11-08"));
  expect(archived.map((observation) => observation.station)).toEqual(["1", "3"]);
  expect(await allOf(store.history.polls("paris", 0, start + minute))).toEqual([pollMarker("paris", start)]);
  expect(await store.deadLetters.list({})).toEqual([]);
  expect(lag).toBe(3);
  expect(await metrics.registry.getSingleMetricAsString("velib_log_lag_records")).not.toContain("partition=");
});
