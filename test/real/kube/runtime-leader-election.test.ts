import { setTimeout as wait } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { httpKubeApi } from "../../../operator/runtime/http-kube-api.ts";
import type { KubeObject, ObjectKey } from "../../../operator/runtime/kube-object.ts";
import { isRecord } from "../../../operator/runtime/kube-payload.ts";
import {
  createLeaderElection,
  type LeaderElectionSettings,
  type Leadership,
} from "../../../operator/runtime/leader-election.ts";
import { until } from "../../testbed/faults/until.ts";
import { describeReal } from "../servers.ts";
import {
  configMaps,
  installDefinition,
  leases,
  randomGroup,
  removeDefinition,
  someone,
  type TestNamespace,
  testNamespace,
  widget,
  widgetType,
} from "./cluster.ts";
import { type FaultProxy, openFaultProxy } from "./fault-proxy.ts";
import { startWidgetOperator, type WidgetOperator } from "./widget-operator.ts";

const WAIT_MS = 20_000;
/** The real proportions, ten times as fast. */
const fast = { leaseDurationMs: 1_500, renewDeadlineMs: 1_000, retryPeriodMs: 200 };

describeReal("leader election on a real API server", ["kube"], (addresses) => {
  const type = widgetType(randomGroup());
  let space: TestNamespace;
  const proxies: FaultProxy[] = [];
  const operators: WidgetOperator[] = [];
  const leaderships: Leadership[] = [];

  beforeAll(async () => {
    space = await testNamespace(addresses.kubeconfig);
    await installDefinition(space.api, type);
  });
  afterEach(async () => {
    for (const proxy of proxies) proxy.heal();
    for (const operator of operators.splice(0)) await operator.stop();
    for (const leadership of leaderships.splice(0)) await leadership.release();
    for (const proxy of proxies.splice(0)) await proxy.close();
  });
  afterAll(async () => {
    await removeDefinition(space.api, type);
    await space.remove();
  });

  const key = (name: string): ObjectKey => ({ namespace: space.name, name });
  const map = (name: string): KubeObject => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name },
    data: { a: "1" },
  });
  const get = (name: string) => space.api.get(configMaps, key(name));

  async function open(): Promise<FaultProxy> {
    const proxy = await openFaultProxy(space.connection);
    proxies.push(proxy);
    return proxy;
  }

  function election(
    proxy: FaultProxy,
    identity: string,
    lease: string,
    settings: Partial<LeaderElectionSettings> = {},
  ) {
    const api = httpKubeApi({ connection: proxy.connection });
    return createLeaderElection({ api, lease: key(lease), identity, fieldManager: "election", ...fast, ...settings });
  }

  async function acquire(proxy: FaultProxy, identity: string, lease: string): Promise<Leadership> {
    const leadership = await election(proxy, identity, lease).acquire(AbortSignal.timeout(WAIT_MS));
    if (leadership === null) throw new Error(`${identity} did not get ${lease}`);
    leaderships.push(leadership);
    return leadership;
  }

  function start(proxy: FaultProxy, identity: string, lease: string): WidgetOperator {
    const api = httpKubeApi({ connection: proxy.connection });
    const operator = startWidgetOperator({
      api,
      type,
      namespace: space.name,
      election: election(proxy, identity, lease),
    });
    operators.push(operator);
    return operator;
  }

  async function specOf(lease: string): Promise<Record<string, unknown>> {
    const live = await space.api.get(leases, key(lease));
    return isRecord(live?.spec) ? live.spec : {};
  }

  it("writes a lease that the Go clients read: six digits of the second, whole seconds of duration", async () => {
    await acquire(await open(), "first", "format");

    const spec = await specOf("format");

    expect(spec).toMatchObject({ holderIdentity: "first", leaseDurationSeconds: 2, leaseTransitions: 0 });
    expect(spec.acquireTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    expect(spec.renewTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  });

  it("gives the lease to one of five who ask at once", async () => {
    const ended = new AbortController();
    const candidates = await Promise.all([1, 2, 3, 4, 5].map(open));
    let leading = 0;
    const asking = candidates.map(async (proxy, n) => {
      const leadership = await election(proxy, `candidate-${n}`, "contended").acquire(ended.signal);
      if (leadership === null) return;
      leading++;
      leaderships.push(leadership);
    });

    await wait(2 * fast.leaseDurationMs);

    expect(leading).toBe(1);
    ended.abort();
    await Promise.all(asking);
  });

  it("keeps others out as long as it renews, and lets one in at once when it gives up", async () => {
    const first = await acquire(await open(), "first", "handover");
    let secondLeads = false;
    const second = acquire(await open(), "second", "handover").then((leadership) => {
      secondLeads = true;
      return leadership;
    });
    await wait(2 * fast.leaseDurationMs);
    expect(secondLeads).toBe(false);
    expect(first.isHeld()).toBe(true);

    await first.release();
    await second;

    expect(await specOf("handover")).toMatchObject({ holderIdentity: "second", leaseTransitions: 1 });
  });

  it("stops leading before anyone else can, when it can't renew", async () => {
    const proxy = await open();
    const first = await acquire(proxy, "first", "cut-off");
    const lostAt = new Promise<number>((resolve) => {
      first.lost.addEventListener("abort", () => resolve(performance.now()));
    });
    proxy.interfere(() => "hang");

    await acquire(await open(), "second", "cut-off");
    const takenAt = performance.now();

    expect(first.isHeld()).toBe(false);
    expect(await lostAt).toBeLessThan(takenAt);
  });

  it("notices at its next renewal that another has taken the lease", async () => {
    const first = await acquire(await open(), "first", "taken");

    const spec = { holderIdentity: "thief", leaseDurationSeconds: 60 };
    await space.api.patch(leases, key("taken"), { merge: { spec } }, someone);

    await until("it stops", () => (first.lost.aborted ? true : null), WAIT_MS);
    expect(await specOf("taken")).toMatchObject({ holderIdentity: "thief" });
  });

  it("outlasts failing renewals that end before the deadline", async () => {
    const proxy = await open();
    const leadership = await acquire(proxy, "first", "flaky");
    const before = (await specOf("flaky")).renewTime;

    proxy.interfere(() => ({ status: 500 }));
    await wait(fast.renewDeadlineMs / 2);
    proxy.heal();

    await until("renewed", async () => ((await specOf("flaky")).renewTime !== before ? true : null), WAIT_MS);
    expect(leadership.isHeld()).toBe(true);
  });

  it("never lets two operators write: the cut-off leader's write under way ends, and nothing more is sent", async () => {
    const [firstProxy, secondProxy] = [await open(), await open()];
    const first = start(firstProxy, "first", "operators");
    await until("first leads", () => (first.manager.isLeading ? true : null), WAIT_MS);
    const second = start(secondProxy, "second", "operators");
    // the first can read and watch, but its lease and its writes hang
    firstProxy.interfere(({ method, path }) => (method !== "GET" || path.includes("/leases/") ? "hang" : null));
    await space.api.create(type, widget(type, space.name, "fenced", { objects: [map("fenced-a")] }), someone);
    const hanging = () => (firstProxy.writes().some(({ path }) => path.endsWith("fenced-a")) ? true : null);
    await until("the first's write under way", hanging, WAIT_MS);

    await until("the second's write", () => get("fenced-a"), WAIT_MS);
    const sentByFirst = firstProxy.writes().filter(({ path }) => !path.includes("/leases/")).length;
    firstProxy.heal();
    await wait(1_000);

    expect(first.manager.isLeading).toBe(false);
    expect(second.manager.isLeading).toBe(true);
    expect(firstProxy.writes().filter(({ path }) => !path.includes("/leases/"))).toHaveLength(sentByFirst);
    await expect(first.manager.api.delete(configMaps, key("fenced-a"))).rejects.toMatchObject({ reason: "NotLeading" });
    expect(await get("fenced-a")).not.toBeNull();
  });

  it("takes over what a stopped leader left, once that one's reconciles have ended and the lease is released", async () => {
    const [firstProxy, secondProxy] = [await open(), await open()];
    const first = start(firstProxy, "first", "stopped");
    await until("first leads", () => (first.manager.isLeading ? true : null), WAIT_MS);
    const second = start(secondProxy, "second", "stopped");
    await until("second is ready", () => (second.manager.ready() === null ? true : null), WAIT_MS);
    expect(secondProxy.writes(), "a standby writes nothing").toEqual([]);

    await first.stop();
    const last = firstProxy.writes().at(-1);
    await space.api.create(type, widget(type, space.name, "handed", { objects: [map("handed-a")] }), someone);

    await until("the second's write", () => get("handed-a"), WAIT_MS);
    expect(last?.path, "the last thing written is the lease").toContain("/leases/stopped");
    expect(await specOf("stopped")).toMatchObject({ holderIdentity: "second" });
  });
});
