import { describe, expect, it } from "vitest";
import { createController, type Reconcile, TerminalError, type Watch } from "./controller.ts";
import type { ObjectKey } from "./kube-object.ts";
import { createRuntimeMetrics } from "./runtime-metrics.ts";
import { type FakeClock, fakeClock } from "./testing/fake-clock.ts";

const keyOf = (name: string): ObjectKey => ({ namespace: "city", name });

/** A controller that runs, and the hand that gives it events. */
function running(clock: FakeClock, reconcile: Reconcile, { concurrency = 1, synced = true } = {}) {
  let isSynced = synced;
  let enqueue: (key: ObjectKey) => void = () => {};
  const watch: Watch = {
    synced: () => isSynced,
    subscribe(to) {
      enqueue = to;
      return () => {
        enqueue = () => {};
      };
    },
  };
  const metrics = createRuntimeMetrics();
  const settings = { name: "test", reconcile, watches: [watch], concurrency, timeoutMs: 10_000 };
  const controller = createController(settings, { metrics, clock, random: () => 0.5 });
  const drain = new AbortController();
  const abort = new AbortController();
  const ended = controller.run(drain.signal, abort.signal);
  return {
    enqueue: (name: string) => enqueue(keyOf(name)),
    sync: () => {
      isSynced = true;
    },
    drain: () => drain.abort(),
    abort: () => abort.abort(),
    ended,
    async counted(metric: string, labels: string): Promise<string | undefined> {
      const line = (await metrics.registry.metrics())
        .split("\n")
        .find((each) => each.startsWith(`${metric}{${labels}`));
      return line?.split(" ").at(-1);
    },
  };
}

describe("a controller", () => {
  it("tries a failed key again after growing waits, and the others meanwhile", async () => {
    const clock = fakeClock();
    const tries: string[] = [];
    const controller = running(clock, async ({ name }) => {
      tries.push(`${name} ${clock.now()}`);
      if (name === "poison") throw new Error("poison");
      return {};
    });
    await clock.advance(0);

    controller.enqueue("poison");
    controller.enqueue("healthy");
    await clock.advance(100);

    expect(tries).toEqual(["poison 0", "healthy 0", "poison 15", "poison 45"]);
    controller.drain();
    await controller.ended;
  });

  it("does not try again after a terminal error, until an event comes", async () => {
    const clock = fakeClock();
    let tries = 0;
    const controller = running(clock, async () => {
      tries++;
      throw new TerminalError("the schedule has no such day");
    });
    await clock.advance(0);
    controller.enqueue("stalled");
    await clock.advance(3_600_000);
    expect(tries).toBe(1);

    controller.enqueue("stalled");
    await clock.advance(0);

    expect(tries).toBe(2);
    expect(await controller.counted("controller_runtime_terminal_reconcile_errors_total", 'controller="test"')).toBe(
      "2",
    );
    controller.drain();
    await controller.ended;
  });

  it("comes back when it was asked to, also without an event", async () => {
    const clock = fakeClock();
    const visits: number[] = [];
    const controller = running(clock, async () => {
      visits.push(clock.now());
      return { requeueAfterMs: 30_000 };
    });
    await clock.advance(0);
    controller.enqueue("a");
    await clock.advance(90_000);

    expect(visits).toEqual([0, 30_000, 60_000, 90_000]);
    expect(
      await controller.counted("controller_runtime_reconcile_total", 'controller="test",result="requeue_after"'),
    ).toBe("4");
    controller.drain();
    await controller.ended;
  });

  it("aborts a reconcile at its time limit and tries it again", async () => {
    const clock = fakeClock();
    const reasons: string[] = [];
    const controller = running(clock, (_, signal) => {
      return new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => {
          reasons.push(`${signal.reason.message} at ${clock.now()}`);
          reject(signal.reason);
        });
      });
    });
    await clock.advance(0);
    controller.enqueue("slow");
    await clock.advance(20_050);

    expect(reasons).toEqual(["not through in 10000 ms at 10000", "not through in 10000 ms at 20015"]);
    controller.abort();
    controller.drain();
    await clock.advance(1_000);
    await controller.ended;
  });

  it("gives the worker of a reconcile that ignores its limit to others, and that key to nobody", async () => {
    const clock = fakeClock();
    const visits: string[] = [];
    const controller = running(clock, ({ name }) => {
      visits.push(name);
      return name === "deaf" ? new Promise(() => {}) : Promise.resolve({});
    });
    await clock.advance(0);
    controller.enqueue("deaf");
    controller.enqueue("healthy");
    await clock.advance(10_000);
    expect(visits).toEqual(["deaf"]);

    controller.enqueue("deaf");
    await clock.advance(1_000);

    expect(visits).toEqual(["deaf", "healthy"]);
    expect(await controller.counted("workqueue_longest_running_processor_seconds", "")).toBe("11");
    controller.drain();
    await controller.ended;
  });

  it("starts only when everything it watches is synced", async () => {
    const clock = fakeClock();
    const visits: string[] = [];
    const visit: Reconcile = async ({ name }) => {
      visits.push(name);
      return {};
    };
    const controller = running(clock, visit, { synced: false });
    await clock.advance(5_000);
    controller.enqueue("too early");

    controller.sync();
    await clock.advance(100);
    controller.enqueue("in time");
    await clock.advance(0);

    expect(visits).toEqual(["in time"]);
    controller.drain();
    await controller.ended;
  });

  it("works on as many keys at a time as it may", async () => {
    const clock = fakeClock();
    let now = 0;
    let most = 0;
    const controller = running(
      clock,
      async () => {
        most = Math.max(most, ++now);
        await new Promise<void>((resolve) => {
          clock.after(100, resolve);
        });
        now--;
        return {};
      },
      { concurrency: 3 },
    );
    await clock.advance(0);
    for (const name of ["a", "b", "c", "d", "e"]) controller.enqueue(name);
    await clock.advance(1_000);

    expect(most).toBe(3);
    controller.drain();
    await controller.ended;
  });
});
