import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { VelibError } from "../../core/errors.ts";
import { LogLag } from "../metrics/log-lag.ts";
import type { Backlog } from "./backlog.ts";
import { LagWatch } from "./lag-watch.ts";

let shown: number[];
let lag: LogLag;
let watch: LagWatch;
let asked: number;

beforeEach(() => {
  vi.useFakeTimers();
  shown = [];
  asked = 0;
  lag = new LogLag({ set: (_, value) => shown.push(value), remove: () => {} });
  watch = new LagWatch(lag, 1_000);
});

afterEach(() => {
  watch.stop();
  vi.useRealTimers();
});

/** Answers with the ends given, one after the other; null: the log does not answer. */
function ending(...ends: (number | null)[]): () => Promise<Backlog> {
  return async () => {
    asked++;
    const end = ends.shift() ?? null;
    if (end === null) throw new VelibError("VELIB_KAFKA_UNREACHABLE", "Kafka at x: no answer; start it");
    const partitions = [{ partition: 0, committed: 0, end, lag: end }];
    return { lag: end, groups: [{ group: "paris.archiver", topic: "paris.observations", lag: end, partitions }] };
  };
}

it("asks again and again, also after an answer that did not come", async () => {
  lag.handled({ group: "archiver", partition: 0 }, 0n, 1n);
  watch.follow("paris", ending(5, null, 9));

  await vi.advanceTimersByTimeAsync(3_000);

  expect(shown).toEqual([1, 5, 9]);
});

it("does not ask while the process has no partition, nor once it has stopped", async () => {
  watch.follow("paris", ending(5, 6));
  await vi.advanceTimersByTimeAsync(3_000);
  const before = asked;
  lag.handled({ group: "archiver", partition: 0 }, 0n, 1n);
  watch.stop();
  await vi.advanceTimersByTimeAsync(3_000);

  expect([before, asked]).toEqual([0, 0]);
});
