import { setTimeout as wait } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { httpKubeApi } from "../../../operator/runtime/http-kube-api.ts";
import type { KubeObject, LiveObject, ObjectKey, ResourceType } from "../../../operator/runtime/kube-object.ts";
import { isRecord } from "../../../operator/runtime/kube-payload.ts";
import { until } from "../../testbed/faults/until.ts";
import { describeReal } from "../servers.ts";
import {
  configMaps,
  installDefinition,
  randomGroup,
  removeDefinition,
  someone,
  type TestNamespace,
  testNamespace,
  widget,
  widgetType,
} from "./cluster.ts";
import { type FaultProxy, openFaultProxy } from "./fault-proxy.ts";
import { startWidgetOperator, type WidgetOperator, type WidgetOperatorSettings } from "./widget-operator.ts";

const WAIT_MS = 20_000;

describeReal("a controller on a real API server", ["kube"], (addresses) => {
  const type = widgetType(randomGroup());
  const partner: ResourceType = { ...widgetType(randomGroup()), kind: "Gadget", plural: "gadgets" };
  let space: TestNamespace;
  let proxy: FaultProxy;
  let operator: WidgetOperator | null = null;

  beforeAll(async () => {
    space = await testNamespace(addresses.kubeconfig);
    await installDefinition(space.api, type);
  });
  afterEach(async () => {
    await operator?.stop();
    operator = null;
    await proxy?.close();
    for (const { metadata } of (await space.api.list(type, { namespace: space.name })).items) {
      await space.api.delete(type, { namespace: space.name, name: metadata.name });
    }
  });
  afterAll(async () => {
    await removeDefinition(space.api, type);
    await removeDefinition(space.api, partner);
    await space.remove();
  });

  async function start(settings: Partial<WidgetOperatorSettings> = {}): Promise<WidgetOperator> {
    proxy = await openFaultProxy(space.connection);
    const api = httpKubeApi({ connection: proxy.connection });
    operator = startWidgetOperator({ api, type, namespace: space.name, ...settings });
    return operator;
  }

  const key = (name: string): ObjectKey => ({ namespace: space.name, name });
  const map = (name: string): KubeObject => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name },
    data: { a: "1" },
  });
  const create = (name: string, ...objects: KubeObject[]) =>
    space.api.create(type, widget(type, space.name, name, { objects }), someone);

  async function whenApplied(name: string, count: number): Promise<LiveObject> {
    return until(
      `${name} with ${count} objects`,
      async () => {
        const live = await space.api.get(type, key(name));
        return isRecord(live?.status) && live.status.applied === count ? live : null;
      },
      WAIT_MS,
    );
  }

  it("makes at most two reconciles of 100 events on one key", async () => {
    const gate = Promise.withResolvers<void>();
    let hold = false;
    const { visits, widgets } = await start({ before: async () => (hold ? gate.promise : undefined) });
    await create("busy", map("busy-a"));
    await whenApplied("busy", 1);
    await until(
      "at rest",
      async () => {
        const before = visits.length;
        await wait(300);
        return visits.length === before ? true : null;
      },
      WAIT_MS,
    );
    const before = visits.length;
    hold = true;

    for (let n = 1; n <= 100; n++) {
      await space.api.patch(type, key("busy"), { merge: { metadata: { labels: { n: String(n) } } } }, someone);
    }
    const seen = () => (widgets.get(key("busy"))?.metadata.labels?.n === "100" ? true : null);
    await until("the last of them seen", seen, WAIT_MS);
    gate.resolve();
    await create("after", map("after-a"));
    await whenApplied("after", 1);

    expect(visits.slice(before).filter((name) => name === "busy")).toHaveLength(2);
  });

  it("reverts drift that it learns of by the watch alone, well within five seconds", async () => {
    await start();
    await create("drifting", map("drifting-a"));
    await whenApplied("drifting", 1);
    const first = await space.api.get(configMaps, key("drifting-a"));

    await space.api.patch(configMaps, key("drifting-a"), { merge: { data: { a: "2" } } }, someone);

    const reverted = async () => {
      const live = await space.api.get(configMaps, key("drifting-a"));
      const { resourceVersion } = live?.metadata ?? {};
      const isBack = isRecord(live?.data) && live.data.a === "1";
      return isBack && resourceVersion !== first?.metadata.resourceVersion ? true : null;
    };
    await until("reverted", reverted, 5_000);
  });

  it("frees the worker of a reconcile that hangs, and the others go on", async () => {
    const { visits } = await start({
      concurrency: 1,
      timeoutMs: 300,
      before: (at) => (at.name === "hanging" ? new Promise(() => {}) : Promise.resolve()),
    });
    await create("hanging", map("hanging-a"));
    await until("it hangs", () => (visits.includes("hanging") ? true : null), WAIT_MS);

    await create("healthy", map("healthy-a"));
    await whenApplied("healthy", 1);

    expect(
      visits.filter((name) => name === "hanging"),
      "never twice at a time",
    ).toHaveLength(1);
  });

  it("does not let a key that always fails slow the others", async () => {
    const failing = async (at: ObjectKey) => {
      if (at.name === "poison") throw new Error("poison");
    };
    const { visits } = await start({ concurrency: 1, before: failing });
    await create("poison", map("poison-a"));
    await until("some tries", () => (visits.filter((name) => name === "poison").length >= 5 ? true : null), WAIT_MS);

    for (let n = 0; n < 20; n++) await create(`fine-${n}`, map(`fine-${n}-a`));
    for (let n = 0; n < 20; n++) await whenApplied(`fine-${n}`, 1);

    const poisoned = visits.filter((name) => name === "poison").length;
    expect(poisoned, "its tries back off").toBeLessThan(20);
  });

  it("says which kind is missing, and goes on without a restart once it is installed", async () => {
    const { outcomes } = await start({ optional: [partner] });
    const gadget = {
      apiVersion: partner.apiVersion,
      kind: partner.kind,
      metadata: { name: "late" },
      spec: { size: 1 },
    };
    await create("early", map("early-a"), gadget);
    await whenApplied("early", 1);
    expect(outcomes.at(-1)?.notServed).toEqual([partner]);

    await installDefinition(space.api, partner);

    await whenApplied("early", 2);
    expect((await space.api.get(partner, key("late")))?.spec).toEqual({ size: 1 });

    await removeDefinition(space.api, partner);

    await until("missed again", () => (outcomes.at(-1)?.notServed.length === 1 ? true : null), WAIT_MS);
  });

  it("ends what runs when it is told to stop, and begins nothing new", async () => {
    const gate = Promise.withResolvers<void>();
    const { visits, manager } = await start({
      concurrency: 1,
      before: async (at) => (at.name === "slow" ? gate.promise : undefined),
    });
    await create("slow", map("slow-a"));
    await until("it runs", () => (visits.includes("slow") ? true : null), WAIT_MS);
    await create("waiting", map("waiting-a"));
    await until("it waits", async () => ((await metric(manager, "workqueue_depth")) > 0 ? true : null), WAIT_MS);

    const stopped = operator?.stop();
    gate.resolve();
    await stopped;

    expect((await space.api.get(type, key("slow")))?.status).toEqual({ applied: 1 });
    expect(visits).not.toContain("waiting");
  });

  it("aborts what does not end in the time given to draining", async () => {
    let reason: unknown;
    const never = (_: ObjectKey, signal: AbortSignal) =>
      new Promise<void>((_resolve, reject) => {
        signal.addEventListener("abort", () => {
          reason = signal.reason;
          reject(signal.reason);
        });
      });
    const { visits } = await start({ drainMs: 100, before: never });
    await create("endless", map("endless-a"));
    await until("it runs", () => (visits.includes("endless") ? true : null), WAIT_MS);

    await operator?.stop();

    expect(String(reason)).toContain("not through 100 ms after the stop");
  });
});

async function metric(manager: WidgetOperator["manager"], name: string): Promise<number> {
  const line = (await manager.metrics.registry.metrics()).split("\n").find((each) => each.startsWith(`${name}{`));
  return Number(line?.split(" ").at(-1) ?? Number.NaN);
}
