import { expect, it, vi } from "vitest";
import { pipelineOf } from "../backbone/testing/backbone-pipeline.ts";
import { causeWatch } from "./cause-watch.ts";

const key = { namespace: "city", name: "paris" };
const { signal } = new AbortController();

/** A watch with a clock of its own, and looks that find what is given. */
function watchOf(found: Record<string, string>) {
  const clock = { ms: 0 };
  const look = vi.fn(async () => new Map(Object.entries(found)));
  const watch = causeWatch({ look, firstLookMs: 10_000, now: () => clock.ms, random: () => 0.5 });
  const visit = (...unready: string[]) => watch.visit(key, pipelineOf(), new Set(unready), signal);
  return { clock, look, watch, visit };
}

it("does not look at pods that become ready in time", async () => {
  const { clock, look, watch, visit } = watchOf({ api: "late" });

  expect(await visit("api")).toBe(10_000);
  clock.ms = 9_000;
  expect(await visit("api")).toBe(1_000);
  clock.ms = 10_000;
  expect(await visit()).toBeNull();

  expect(look).not.toHaveBeenCalled();
  expect(watch.of(key)).toEqual(new Map());
});

it("looks in pauses that double up to a minute, however often it is visited", async () => {
  const { clock, look, watch, visit } = watchOf({ api: "no such host" });
  const pauses: number[] = [];

  await visit("api");
  clock.ms = 10_000;
  for (let i = 0; i < 5; i++) {
    const pause = await visit("api");
    pauses.push(pause ?? Number.NaN);
    expect(await visit("api")).toBe(pause);
    clock.ms += pause ?? 0;
  }

  expect(pauses).toEqual([10_000, 20_000, 40_000, 60_000, 60_000]);
  expect(look).toHaveBeenCalledTimes(5);
  expect(watch.of(key)).toEqual(new Map([["api", "no such host"]]));
});

it("begins anew for a component that was ready before, and keeps what it knows of the others", async () => {
  const { clock, look, watch, visit } = watchOf({ api: "no such host" });
  await visit("api");
  clock.ms = 10_000;
  await visit("api");

  clock.ms = 15_000;
  expect(await visit("api", "producer")).toBe(10_000);

  expect(look).toHaveBeenCalledTimes(1);
  expect(watch.of(key)).toEqual(new Map([["api", "no such host"]]));
});

it("forgets the cause with the last pod that was not ready", async () => {
  const { clock, watch, visit } = watchOf({ api: "no such host", producer: "wrong password" });
  await visit("api", "producer");
  clock.ms = 10_000;
  await visit("api", "producer");

  await visit("producer");
  expect(watch.of(key)).toEqual(new Map([["producer", "wrong password"]]));
  await visit();

  expect(watch.of(key)).toEqual(new Map());
});
