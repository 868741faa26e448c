import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { VelibError } from "../../core/errors.ts";
import { Patience } from "./patience.ts";

const down = new VelibError("VELIB_KAFKA_UNREACHABLE", "no broker answers");
let outages: (string | null)[];
let stop: AbortController;
let patience: Patience;

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
  outages = [];
  stop = new AbortController();
  patience = new Patience({
    outageMs: 10_000,
    now: Date.now,
    onOutage: (cause) => outages.push(cause?.code ?? null),
    beforeAgain: () => Promise.reject(down),
    signal: stop.signal,
  });
});

afterEach(() => {
  vi.useRealTimers();
});

it("asks again until there is an answer, and tells the outage's beginning and end once", async () => {
  const failures = [down, down, down];
  const answer = patience.call(async () => {
    const failure = failures.pop();
    if (failure !== undefined) throw failure;
    return "here";
  });
  await vi.runAllTimersAsync();

  expect(await answer).toBe("here");
  expect(outages).toEqual(["VELIB_KAFKA_UNREACHABLE", null]);
});

it("gives up with the failure when the outage lasts too long", async () => {
  const answer = patience.call(() => Promise.reject(down));
  const refused = expect(answer).rejects.toBe(down);
  await vi.runAllTimersAsync();

  await refused;
  expect(Date.now()).toBeGreaterThan(10_000);
});

it.each([
  ["a failure of another kind", new TypeError("a mistake")],
  ["a failure that lasts", new VelibError("VELIB_PRODUCER_FENCED", "another one took over")],
])("passes %s on at once", async (_what, error) => {
  await expect(patience.call(() => Promise.reject(error))).rejects.toBe(error);
  expect(outages).toEqual([]);
});

it("ends without an answer when it is stopped", async () => {
  const answer = patience.call(() => Promise.reject(down));
  await vi.advanceTimersByTimeAsync(500);
  stop.abort();
  await vi.runAllTimersAsync();

  expect(await answer).toBeNull();
});
