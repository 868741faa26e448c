import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { minute, noon, second } from "../producer/testing/polls.ts";
import { Pacer, parsePace } from "./pace.ts";

it.each([
  ["max", Number.POSITIVE_INFINITY],
  ["1x", 1],
  ["60x", 60],
  ["0.5x", 0.5],
])("reads the pace %s", (text, expected) => {
  expect(parsePace(text)).toBe(expected);
});

it.each(["", "x", "60", "0x", "0.0x", "-1x", "1e3x", " 1x", "MAX"])("takes no pace from %j", (text) => {
  expect(() => parsePace(text)).toThrow("not a pace");
});

describe("a pacer", () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 0 });
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  it("counts from the first poll it is asked for", () => {
    const pacer = new Pacer(60, Date.now);

    expect(pacer.waitMs(noon)).toBe(0);
    expect(pacer.waitMs(noon + minute)).toBe(second);
    expect(pacer.waitMs(noon + 5 * minute)).toBe(5 * second);
  });

  it("makes up for the time that a poll took, and never waits backwards", () => {
    const pacer = new Pacer(1, Date.now);
    pacer.waitMs(noon);

    vi.setSystemTime(20 * second);

    expect(pacer.waitMs(noon + minute)).toBe(40 * second);
    expect(pacer.waitMs(noon + 10 * second)).toBe(0);
  });

  it("never waits at the pace max", () => {
    const pacer = new Pacer(Number.POSITIVE_INFINITY, Date.now);

    expect([noon, noon + minute].map((at) => pacer.waitMs(at))).toEqual([0, 0]);
  });

  it("pauses until a poll is due, also over a gap that is longer than a timer takes", async () => {
    const pacer = new Pacer(1, Date.now);
    const month = 30 * 24 * 60 * minute;
    await pacer.pause(noon, new AbortController().signal);
    let due = false;
    const pause = pacer.pause(noon + month, new AbortController().signal).then(() => {
      due = true;
    });

    await vi.advanceTimersByTimeAsync(month - 1);
    const before = due;
    await vi.advanceTimersByTimeAsync(1);
    await pause;

    expect([before, due]).toEqual([false, true]);
  });

  it("ends its pause when it is told to stop", async () => {
    const pacer = new Pacer(1, Date.now);
    const stop = new AbortController();
    await pacer.pause(noon, stop.signal);
    const pause = pacer.pause(noon + minute, stop.signal);

    stop.abort();
    await pause;

    expect(vi.getTimerCount()).toBe(0);
  });
});
