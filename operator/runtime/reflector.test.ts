import { describe, expect, it } from "vitest";
import { pause } from "./clock.ts";
import type { ListOptions, ObjectPage, WatchEvent, WatchOptions } from "./kube-api.ts";
import { KubeApiError } from "./kube-api-error.ts";
import type { LiveObject, ResourceType } from "./kube-object.ts";
import { createReflector } from "./reflector.ts";
import { type FakeClock, fakeClock } from "./testing/fake-clock.ts";
import { liveObject } from "./testing/live-object.ts";
import { scriptedApi } from "./testing/scripted-api.ts";

const type: ResourceType = { apiVersion: "v1", kind: "ConfigMap", plural: "configmaps", namespaced: true };
const failure = (status: number, retryAfterMs?: number) =>
  new KubeApiError({ status, reason: "Some", message: "some", retryable: true, retryAfterMs });

type Script = (call: number, options: WatchOptions) => AsyncIterable<WatchEvent>;

/** A reflector whose server gives these lists and watches, by the number of the call. */
function reflecting(clock: FakeClock, list: (call: number) => ObjectPage, watch: Script) {
  const lists: (ListOptions & { at: number })[] = [];
  const watches: (WatchOptions & { at: number })[] = [];
  const api = scriptedApi({
    async list(_type, options = {}) {
      lists.push({ ...options, at: clock.now() });
      return list(lists.length);
    },
    watch(_type, options) {
      watches.push({ ...options, at: clock.now() });
      return watch(watches.length, options);
    },
  });
  const transform = ({ apiVersion, kind, metadata }: LiveObject): LiveObject => ({ apiVersion, kind, metadata });
  const reflector = createReflector({ api, type, transform, clock, random: () => 0.5, resyncMs: 600_000 });
  const ending = new AbortController();
  const running = reflector.run(ending.signal);
  return {
    store: reflector.store,
    lists,
    watches,
    async stop() {
      ending.abort();
      await running;
    },
  };
}

const empty = (resourceVersion: string): ObjectPage => ({ items: [], resourceVersion });

async function* eventsOf(...events: WatchEvent[]): AsyncGenerator<WatchEvent> {
  yield* events;
}

/** A watch that stays open for this time and brings nothing. */
async function* quietFor(clock: FakeClock, ms: number, { signal }: WatchOptions): AsyncGenerator<WatchEvent> {
  await pause(clock, ms, signal ?? new AbortController().signal);
  yield* [];
}

function failing(error: Error): AsyncIterable<WatchEvent> {
  return { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(error) }) };
}

describe("a reflector", () => {
  it("resumes from the last event, and from a bookmark where there was none", async () => {
    const clock = fakeClock();
    const seen = reflecting(
      clock,
      () => empty("10"),
      (call, options) => {
        if (call === 1) return eventsOf({ type: "ADDED", object: liveObject("a", { resourceVersion: "12" }) });
        if (call === 2) return eventsOf({ type: "BOOKMARK", resourceVersion: "40" });
        return quietFor(clock, 1e9, options);
      },
    );

    await clock.advance(5_000);

    expect(seen.watches.map(({ resourceVersion }) => resourceVersion)).toEqual(["10", "12", "40"]);
    expect(seen.lists).toHaveLength(1);
    await seen.stop();
  });

  it("keeps of an object only what the transform leaves", async () => {
    const clock = fakeClock();
    const object = liveObject("a", {}, { data: { big: "x".repeat(1_000) } });
    const seen = reflecting(
      clock,
      () => ({ items: [object], resourceVersion: "1" }),
      (_call, options) => quietFor(clock, 1e9, options),
    );
    await clock.advance(0);

    expect(seen.store.get({ namespace: "city", name: "a" })).not.toHaveProperty("data");
    await seen.stop();
  });

  it("opens a watch anew at once when the server closed it in its time", async () => {
    const clock = fakeClock();
    const seen = reflecting(
      clock,
      () => empty("1"),
      (_call, options) => quietFor(clock, 120_000, options),
    );

    await clock.advance(600_000);

    expect(seen.watches.map(({ at }) => at)).toEqual([0, 120_000, 240_000, 360_000, 480_000, 600_000]);
    await seen.stop();
  });

  it("backs off a server that closes each watch at once", async () => {
    const clock = fakeClock();
    const seen = reflecting(
      clock,
      () => empty("1"),
      () => eventsOf(),
    );

    await clock.advance(60_000);

    expect(seen.watches.length, "at 0, 0.6, 1.2, 2.4, 4.8 … 38.4 s").toBe(8);
    await seen.stop();
  });

  it("backs off a failing list to tries 15 to 30 s apart", async () => {
    const clock = fakeClock();
    const seen = reflecting(
      clock,
      () => {
        throw failure(500);
      },
      () => eventsOf(),
    );

    await clock.advance(600_000);

    const last = seen.lists.slice(-2).map(({ at }) => at);
    expect((last[1] ?? 0) - (last[0] ?? 0)).toBe(22_500);
    expect(seen.store.synced).toBe(false);
    await seen.stop();
  });

  it("waits as long as the server asks for", async () => {
    const clock = fakeClock();
    const seen = reflecting(
      clock,
      () => empty("1"),
      (call, options) => (call === 1 ? failing(failure(429, 45_000)) : quietFor(clock, 1e9, options)),
    );

    await clock.advance(60_000);

    expect(seen.watches.map(({ at }) => at)).toEqual([0, 45_000]);
    await seen.stop();
  });

  it("lists again after 410, and only then", async () => {
    const clock = fakeClock();
    const seen = reflecting(
      clock,
      (call) => empty(String(call * 100)),
      (call, options) =>
        call === 1 ? failing(failure(410)) : call === 2 ? failing(failure(500)) : quietFor(clock, 1e9, options),
    );

    await clock.advance(10_000);

    expect(seen.watches.map(({ resourceVersion }) => resourceVersion)).toEqual(["100", "200", "200"]);
    await seen.stop();
  });

  it("asks the server to end a watch before it would be taken for dead", async () => {
    const clock = fakeClock();
    const seen = reflecting(
      clock,
      () => empty("1"),
      (_call, options) => quietFor(clock, 1e9, options),
    );
    await clock.advance(0);

    expect(seen.watches[0]).toMatchObject({ timeoutSeconds: 135, idleTimeoutMs: 180_000 });
    await seen.stop();
  });
});
