import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { VelibError } from "../../core/errors.ts";
import { Readiness } from "./readiness.ts";
import { isPingable, ServerWatch } from "./server-watch.ts";

let readiness: Readiness;
let watch: ServerWatch;

beforeEach(() => {
  vi.useFakeTimers();
  readiness = new Readiness();
  readiness.started();
  watch = new ServerWatch(readiness, { everyMs: 5_000, patienceMs: 2_000 });
});

afterEach(() => {
  watch.stop();
  vi.useRealTimers();
});

it("tells the cause while a server does not answer, and that it answers again", async () => {
  const states: unknown[] = [];
  const answers = [null, "MongoDB at m: no usable server; check the address", null];
  watch.add("mongodb", {
    async ping() {
      const cause = answers.shift() ?? null;
      if (cause !== null) throw new VelibError("VELIB_MONGODB_UNREACHABLE", cause);
    },
  });

  for (let n = 0; n < 3; n++) {
    await vi.advanceTimersByTimeAsync(5_000);
    states.push(readiness.state());
  }

  expect(states).toEqual([
    { ready: true },
    { ready: false, cause: "MongoDB at m: no usable server; check the address" },
    { ready: true },
  ]);
});

it("does not wait for an answer longer than it has patience", async () => {
  watch.add("cassandra", { ping: () => new Promise(() => {}) });

  await vi.advanceTimersByTimeAsync(7_000);

  expect(readiness.state()).toEqual({ ready: false, cause: "cassandra did not answer within 2000 ms" });
});

it("says nothing of connections that are closed once it was stopped", async () => {
  watch.add("mongodb", { ping: () => Promise.reject(new Error("closed")) });
  vi.advanceTimersByTime(5_000);
  watch.stop();

  await vi.advanceTimersByTimeAsync(60_000);

  expect(readiness.state()).toEqual({ ready: true });
});

it.each([
  [{ ping: async () => {} }, true],
  [{ close: async () => {} }, false],
  [null, false],
])("knows what can be asked (%#)", (opened, expected) => {
  expect(isPingable(opened)).toBe(expected);
});
