import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fakeClock } from "./testing/fake-clock.ts";
import { createWorkQueue, defaultBackOff } from "./work-queue.ts";

const middle = () => 0.5;

describe("a work queue", () => {
  it("gives each key once, however often it was added, in the order of the first adds", async () => {
    const queue = createWorkQueue();

    for (const key of ["a", "b", "a", "c", "b"]) queue.add(key);

    expect(queue.depth).toBe(3);
    expect([await queue.take(), await queue.take(), await queue.take()]).toEqual(["a", "b", "c"]);
  });

  it("gives a key that was added while it was worked on again, once, after it is done", async () => {
    const queue = createWorkQueue();
    queue.add("a");
    await queue.take();

    for (let n = 0; n < 100; n++) queue.add("a");
    expect(queue.depth, "not to a second worker").toBe(0);
    queue.done("a");

    expect(await queue.take()).toBe("a");
    queue.done("a");
    expect(queue.depth).toBe(0);
  });

  it("wakes a worker that waits", async () => {
    const queue = createWorkQueue();
    const taken = queue.take();

    queue.add("a");

    expect(await taken).toBe("a");
  });

  it("adds after a delay, at the soonest of the times asked for", async () => {
    const clock = fakeClock();
    const queue = createWorkQueue({ clock });
    queue.addAfter("a", 500);
    queue.addAfter("a", 100);
    queue.addAfter("a", 900);

    await clock.advance(99);
    expect(queue.depth).toBe(0);
    await clock.advance(1);
    expect(queue.depth).toBe(1);

    expect(clock.waiting, "no other timer is left").toBe(0);
  });

  it("doubles the wait after each failure in a row up to its cap, and starts anew after a success", async () => {
    const clock = fakeClock();
    const queue = createWorkQueue({ clock, random: middle });

    const waits: number[] = [];
    while (waits.length < 20) {
      const wait = queue.addFailed("a");
      waits.push(wait);
      await clock.advance(wait);
    }
    queue.forget("a");

    expect(waits.slice(0, 4)).toEqual([15, 30, 60, 120]);
    expect(waits.at(-1)).toBe(0.75 * defaultBackOff.capMs);
    expect(queue.addFailed("a")).toBe(15);
  });

  it("does not put a retry off for failures that events brought before it was due", async () => {
    const clock = fakeClock();
    const queue = createWorkQueue({ clock, random: middle });
    queue.addFailed("a");
    await clock.advance(15);
    queue.addFailed("a");

    const early: number[] = [];
    while (early.length < 12) {
      await clock.advance(1);
      early.push(queue.addFailed("a"));
    }

    expect(early).toEqual([29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18]);
    await clock.advance(18);
    expect(queue.addFailed("a"), "the third in a row").toBe(60);
  });

  it("spreads the waits of what failed together over half of them", () => {
    const waitAt = (chance: number) => createWorkQueue({ clock: fakeClock(), random: () => chance }).addFailed("a");

    expect([waitAt(0), waitAt(0.25), waitAt(0.999_999)]).toEqual([10, 12.5, expect.closeTo(20, 3)]);
  });

  it("waits at least as long as the server asked for", () => {
    const queue = createWorkQueue({ clock: fakeClock(), random: middle });

    expect(queue.addFailed("a", 4_000)).toBe(4_000);
  });

  it("keeps the failures of one key from another", () => {
    const queue = createWorkQueue({ clock: fakeClock(), random: middle });
    for (let n = 0; n < 10; n++) queue.addFailed("poison");

    expect(queue.addFailed("healthy")).toBe(15);
  });

  it("ends its workers when it is closed, and takes nothing more", async () => {
    const clock = fakeClock();
    const queue = createWorkQueue({ clock });
    const waiting = queue.take();
    queue.addAfter("late", 10);

    queue.close();
    queue.add("a");
    await clock.advance(20);

    expect(await waiting).toBeNull();
    expect(await queue.take()).toBeNull();
    expect([queue.depth, clock.waiting]).toEqual([0, 0]);
  });

  it("says how long keys waited and were worked on", async () => {
    const clock = fakeClock();
    const told: string[] = [];
    const observer = {
      onAdd: () => told.push("add"),
      onRetry: () => told.push("retry"),
      onTake: (seconds: number) => told.push(`waited ${seconds}`),
      onDone: (seconds: number) => told.push(`worked ${seconds}`),
    };
    const queue = createWorkQueue({ clock, observer });

    queue.add("a");
    await clock.advance(2_000);
    await queue.take();
    await clock.advance(3_000);
    expect(queue.workedOnSeconds()).toEqual([3]);
    queue.addFailed("a");
    queue.done("a");

    expect(told).toEqual(["add", "waited 2", "retry", "worked 3"]);
  });

  it("never gives a key to two workers at a time and loses none, whatever the order of calls", () => {
    const steps = fc.array(fc.tuple(fc.constantFrom("add", "take", "done"), fc.constantFrom("a", "b", "c")));
    return fc.assert(
      fc.asyncProperty(steps, async (calls) => {
        const queue = createWorkQueue({ clock: fakeClock() });
        const working = new Set<string>();
        const owed = new Set<string>();
        for (const [call, key] of calls) {
          if (call === "add") {
            queue.add(key);
            owed.add(key);
          } else if (call === "take" && queue.depth > 0) {
            const taken = (await queue.take()) ?? "";
            expect(working.has(taken)).toBe(false);
            working.add(taken);
            owed.delete(taken);
          } else if (call === "done") {
            queue.done(key);
            working.delete(key);
          }
        }
        for (const key of working) queue.done(key);
        const left = new Set<string>();
        while (queue.depth > 0) left.add((await queue.take()) ?? "");
        expect(left).toEqual(owed);
      }),
    );
  });
});
