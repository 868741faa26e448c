import { expect, it } from "vitest";
import { byteQueue, type Timing } from "./byte-queue.ts";

/** A clock that stands until it is moved; a timer rings when the clock passes it. */
function fakeTiming(): Timing & { advance(ms: number): void } {
  let now = 0;
  const timers = new Set<{ at: number; callback: () => void }>();
  return {
    now: () => now,
    after(ms, callback) {
      const timer = { at: now + ms, callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance(ms) {
      const end = now + ms;
      for (;;) {
        const next = [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        timers.delete(next);
        now = next.at;
        next.callback();
      }
      now = end;
    },
  };
}

function queueUnderTest() {
  const timing = fakeTiming();
  const received: string[] = [];
  const queue = byteQueue(
    (bytes) => received.push(bytes.toString()),
    () => received.push("<end>"),
    timing,
  );
  return { timing, queue, text: () => received.join("") };
}

it("passes bytes on at once when nothing is wrong", () => {
  const { queue, text } = queueUnderTest();

  queue.push(Buffer.from("abc"));
  queue.finish();

  expect(text()).toBe("abc<end>");
});

it("delivers delayed bytes after the delay, in order, and the end after them", () => {
  const { queue, text, timing } = queueUnderTest();
  queue.shape({ delayMs: 100, bytesPerSecond: Number.POSITIVE_INFINITY });

  queue.push(Buffer.from("a"));
  timing.advance(60);
  queue.push(Buffer.from("b"));
  queue.finish();

  timing.advance(39);
  expect(text()).toBe("");
  timing.advance(1);
  expect(text()).toBe("a");
  timing.advance(60);
  expect(text()).toBe("ab<end>");
});

it("lets one large write trickle at the throttled rate", () => {
  const { queue, text, timing } = queueUnderTest();
  queue.shape({ delayMs: 0, bytesPerSecond: 100 });

  queue.push(Buffer.from("x".repeat(100)));

  timing.advance(500);
  expect(text().length).toBe(50);
  timing.advance(500);
  expect(text().length).toBe(100);
});

it("keeps what is pushed while it holds and delivers it on release", () => {
  const { queue, text, timing } = queueUnderTest();

  queue.hold();
  queue.push(Buffer.from("abc"));
  queue.finish();
  timing.advance(10_000);
  expect(text()).toBe("");
  expect(queue.held).toBe(3);
  queue.release();

  expect(text()).toBe("abc<end>");
});

it("releases a throttled backlog at once", () => {
  const { queue, text } = queueUnderTest();
  queue.shape({ delayMs: 1_000, bytesPerSecond: 1 });
  queue.push(Buffer.from("x".repeat(100)));

  queue.release();

  expect(text().length).toBe(100);
});

it("never delivers what was discarded", () => {
  const { queue, text, timing } = queueUnderTest();
  queue.shape({ delayMs: 10, bytesPerSecond: Number.POSITIVE_INFINITY });
  queue.push(Buffer.from("abc"));

  queue.discard();
  timing.advance(1_000);

  expect(text()).toBe("");
  expect(queue.held).toBe(0);
});
