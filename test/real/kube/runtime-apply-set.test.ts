import { randomBytes } from "node:crypto";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { httpKubeApi } from "../../../operator/runtime/http-kube-api.ts";
import type { KubeObject, LiveObject, ObjectKey } from "../../../operator/runtime/kube-object.ts";
import { isRecord } from "../../../operator/runtime/kube-payload.ts";
import { until } from "../../testbed/faults/until.ts";
import { describeReal } from "../servers.ts";
import {
  configMap,
  configMaps,
  deployments,
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
import { startWidgetOperator, type WidgetOperator } from "./widget-operator.ts";

const WAIT_MS = 20_000;

describeReal("an apply set on a real API server", ["kube"], (addresses) => {
  const type = widgetType(randomGroup());
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
  });
  afterAll(async () => {
    await removeDefinition(space.api, type);
    await space.remove();
  });

  async function start(settings: { idleTimeoutMs?: number } = {}): Promise<WidgetOperator> {
    proxy = await openFaultProxy(space.connection);
    const api = httpKubeApi({ connection: proxy.connection });
    operator = startWidgetOperator({ api, type, namespace: space.name, ...settings });
    return operator;
  }

  const key = (name: string): ObjectKey => ({ namespace: space.name, name });
  const map = (name: string, data: Record<string, string> = { a: "1" }): KubeObject => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name },
    data,
  });
  const get = (name: string) => space.api.get(configMaps, key(name));
  const dataOf = async (name: string) => (await get(name))?.data;
  const create = (name: string, ...objects: KubeObject[]) =>
    space.api.create(type, widget(type, space.name, name, { objects }), someone);
  const change = (name: string, ...objects: KubeObject[]) =>
    space.api.patch(type, key(name), { merge: { spec: { objects } } }, someone);

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

  /** The first failure to apply the object of this name. */
  async function failureOf(name: string) {
    const failures = () => operator?.outcomes.flatMap((outcome) => outcome.failures) ?? [];
    return until(`${name} fails`, () => failures().find((failure) => failure.key.name === name) ?? null, WAIT_MS);
  }

  function lastFailure(name: string) {
    const failures = operator?.outcomes.flatMap((outcome) => outcome.failures) ?? [];
    return failures.findLast((failure) => failure.key.name === name)?.reason;
  }

  /** The operator hears nothing more of a kind: its watch hangs, and so does each one opened instead. */
  async function silence(plural: string): Promise<void> {
    proxy.interfere(({ path, query }) => (query.has("watch") && path.endsWith(plural) ? "hang" : null));
    // one that was let through before may not be open yet
    await until("its watch cut", () => (proxy.cutWatches(plural) > 0 ? true : null), WAIT_MS);
  }

  /** Resolves once the operator has seen all that was written before: a widget made now was reconciled. */
  async function whenCaughtUp(): Promise<void> {
    const name = `mark-${randomBytes(4).toString("hex")}`;
    await create(name, map(`${name}-map`));
    await whenApplied(name, 1);
  }

  it("writes nothing at a second reconcile of what did not change", async () => {
    const { visits } = await start();
    await create("quiet", map("quiet-a"), map("quiet-b"), deploymentOf("quiet-d"));
    await whenApplied("quiet", 3);
    await whenCaughtUp();
    const writes = proxy.writes().filter(({ path }) => path.includes("quiet"));
    const before = visits.filter((name) => name === "quiet").length;

    await space.api.patch(type, key("quiet"), { merge: { metadata: { labels: { touched: "1" } } } }, someone);
    await until(
      "another visit",
      () => (visits.filter((name) => name === "quiet").length > before ? true : null),
      WAIT_MS,
    );
    await whenCaughtUp();

    expect(writes, "one apply an object and one status").toHaveLength(4);
    expect(proxy.writes().filter(({ path }) => path.includes("quiet"))).toHaveLength(4);
  });

  it("makes a new object with one request, without looking for it first", async () => {
    await start();
    await create("direct", map("direct-a"), deploymentOf("direct-d"));
    await whenApplied("direct", 2);

    const about = proxy.seen.filter(({ path }) => /direct-[ad]$/.test(path));
    expect(about.map(({ method }) => method)).toEqual(["PATCH", "PATCH"]);
  });

  it("writes nothing after a restart", async () => {
    await start();
    await create("restarted", map("restarted-a"), deploymentOf("restarted-d"));
    await whenApplied("restarted", 2);
    await operator?.stop();
    await proxy.close();

    const { visits } = await start();
    await until("a visit", () => (visits.includes("restarted") ? true : null), WAIT_MS);
    await whenCaughtUp();

    expect(proxy.writes().filter(({ path }) => path.includes("restarted"))).toEqual([]);
  });

  it("leaves other people's fields alone and takes its own back by force", async () => {
    await start();
    await create("shared", map("shared-a", { ours: "1" }));
    await whenApplied("shared", 1);
    await space.api.apply(configMaps, configMap(space.name, "shared-a", { theirs: "x", ours: "2" }), {
      ...someone,
      force: true,
    });

    await until("our field back", async () => (record(await dataOf("shared-a")).ours === "1" ? true : null), WAIT_MS);
    await change("shared", map("shared-a", { ours: "3" }));
    await until("the new value", async () => (record(await dataOf("shared-a")).ours === "3" ? true : null), WAIT_MS);

    expect(await dataOf("shared-a")).toEqual({ ours: "3", theirs: "x" });
  });

  it.each([
    ["a changed field", { data: { a: "drifted" } }],
    ["a removed field", { data: { a: null } }],
    ["a removed label of the set", { metadata: { labels: null } }],
    ["a removed owner", { metadata: { ownerReferences: null } }],
    ["a removed mark", { metadata: { annotations: { "widget.runtime.test/applied-hash": null } } }],
  ])("reverts %s", async (what, merge) => {
    const name = what.replaceAll(" ", "-").toLowerCase();
    await start();
    await create(name, map(`${name}-map`));
    await whenApplied(name, 1);
    const before = await get(`${name}-map`);

    await space.api.patch(configMaps, key(`${name}-map`), { merge }, someone);

    await until(
      "as before",
      async () => {
        const live = await get(`${name}-map`);
        const now = [live?.data, live?.metadata.labels, live?.metadata.annotations, live?.metadata.ownerReferences];
        const was = [
          before?.data,
          before?.metadata.labels,
          before?.metadata.annotations,
          before?.metadata.ownerReferences,
        ];
        return JSON.stringify(now) === JSON.stringify(was) ? true : null;
      },
      WAIT_MS,
    );
  });

  it("makes a deleted object again", async () => {
    await start();
    await create("deleted", map("deleted-a"));
    await whenApplied("deleted", 1);
    const first = await get("deleted-a");

    await space.api.delete(configMaps, key("deleted-a"));

    const again = await until("it is back", () => get("deleted-a"), WAIT_MS);
    expect(again.metadata.uid).not.toBe(first?.metadata.uid);
  });

  it("keeps the replicas an autoscaler set and the annotation of kubectl rollout restart", async () => {
    const { visits } = await start();
    await create("scaled", deploymentOf("scaled-d"));
    await whenApplied("scaled", 1);
    const scale = { merge: { spec: { replicas: 4 } } };
    await space.api.patch(deployments, key("scaled-d"), scale, { fieldManager: "autoscaler", subresource: "scale" });
    const restarted = { "kubectl.kubernetes.io/restartedAt": "2026-01-05T12:00:00Z" };
    const restart = { merge: { spec: { template: { metadata: { annotations: restarted } } } } };
    await space.api.patch(deployments, key("scaled-d"), restart, someone);
    const before = visits.length;

    await change("scaled", deploymentOf("scaled-d", "image:2"));
    await until(
      "the new image",
      async () => {
        const live = await space.api.get(deployments, key("scaled-d"));
        return JSON.stringify(live?.spec).includes("image:2") ? true : null;
      },
      WAIT_MS,
    );

    const live = await space.api.get(deployments, key("scaled-d"));
    expect(visits.length).toBeGreaterThan(before);
    expect(record(live?.spec).replicas).toBe(4);
    expect(JSON.stringify(live?.spec)).toContain("2026-01-05T12:00:00Z");
  });

  it("prunes exactly what is no longer desired", async () => {
    await start();
    await create("pruned", map("pruned-a"), map("pruned-b"));
    await create("neighbour", map("neighbour-a"));
    await whenApplied("pruned", 2);
    await whenApplied("neighbour", 1);
    await space.api.create(configMaps, configMap(space.name, "pruned-foreign", {}), someone);

    await change("pruned", map("pruned-b"));
    await until("a is gone", async () => ((await get("pruned-a")) === null ? true : null), WAIT_MS);
    await whenCaughtUp();

    const deletes = proxy.writes().filter(({ method }) => method === "DELETE");
    expect(deletes.map(({ path }) => path.split("/").at(-1))).toEqual(["pruned-a"]);
    for (const name of ["pruned-b", "neighbour-a", "pruned-foreign"]) expect(await get(name)).not.toBeNull();
  });

  it("leaves nothing behind but what is retained when the owner is deleted, and a successor takes that over", async () => {
    await start();
    const retained = { ...map("gone-kept"), metadata: { name: "gone-kept", labels: { retained: "yes" } } };
    await create("gone", map("gone-a"), retained);
    await whenApplied("gone", 2);
    const kept = await get("gone-kept");

    await space.api.delete(type, key("gone"));
    // The garbage collector looks for new kinds, such as the owner's here, every 30 s.
    await until("a is collected", async () => ((await get("gone-a")) === null ? true : null), 3 * WAIT_MS);
    await create("gone", retained);
    await whenApplied("gone", 1);

    expect((await get("gone-kept"))?.metadata.uid).toBe(kept?.metadata.uid);
  });

  it("does not take over an object that is someone else's", async () => {
    await start();
    await space.api.create(configMaps, configMap(space.name, "taken", { mine: "1" }), someone);

    await create("thief", map("taken", { ours: "1" }));
    const failure = await failureOf("taken");

    expect(failure.reason).toBe("NotOurs");
    expect(failure.message).toContain(`ConfigMap ${space.name}/taken exists and belongs to someone else`);
    expect(await dataOf("taken")).toEqual({ mine: "1" });
  });

  it("tells a refused object from the others, which it applies", async () => {
    await start();
    const wrong = { ...map("wrong-b"), dta: { a: "1" } };

    await create("wrong", wrong, map("wrong-a"));
    const failure = await failureOf("wrong-b");

    expect(failure.reason).toBe("Refused");
    expect(failure.message).toContain("dta");
    expect(await dataOf("wrong-a")).toEqual({ a: "1" });
  });

  it("takes nothing over by its stale copy of an object that was made anew by someone else", async () => {
    await start({ idleTimeoutMs: 2_000 });
    await create("stale", map("stale-a"));
    await whenApplied("stale", 1);
    await silence("configmaps");
    await space.api.delete(configMaps, key("stale-a"));
    await space.api.create(configMaps, configMap(space.name, "stale-a", { theirs: "1" }), someone);
    const foreign = await get("stale-a");

    await change("stale", map("stale-a", { a: "2" }));
    const whileStale = await failureOf("stale-a");
    proxy.heal();
    await until("the truth seen", () => (lastFailure("stale-a") === "NotOurs" ? true : null), WAIT_MS);

    expect(whileStale.reason).toBe("Unavailable");
    expect(whileStale.message).toContain("metadata.uid");
    expect(await get("stale-a")).toEqual(foreign);
  });

  it("makes no second object while its copy lacks the first", async () => {
    await start({ idleTimeoutMs: 2_000 });
    await create("blind", map("blind-a"));
    await whenApplied("blind", 1);
    const first = await get("blind-a");
    await operator?.stop();
    // a successor whose first list is older than the object: it reads none
    proxy.interfere(({ path, query }) => {
      if (!path.endsWith("configmaps")) return null;
      const empty = { kind: "ConfigMapList", apiVersion: "v1", metadata: { resourceVersion: "1" }, items: [] };
      return query.has("watch") ? "hang" : { status: 200, body: empty };
    });
    const api = httpKubeApi({ connection: proxy.connection });
    operator = startWidgetOperator({ api, type, namespace: space.name, idleTimeoutMs: 2_000 });

    await until("a visit", () => (operator?.outcomes.length ? true : null), WAIT_MS);
    await whenCaughtUp();

    expect(operator.manager.isLeading).toBe(true);
    expect(await get("blind-a")).toEqual(first);
  });

  it("takes nothing over that its copy does not show yet", async () => {
    await start({ idleTimeoutMs: 2_000 });
    await create("hasty", map("hasty-a"));
    await whenApplied("hasty", 1);
    await silence("configmaps");
    const foreign = await space.api.create(configMaps, configMap(space.name, "unseen", { theirs: "1" }), someone);

    await change("hasty", map("hasty-a"), map("unseen", { ours: "1" }));

    expect((await failureOf("unseen")).reason).toBe("NotOurs");
    expect(await get("unseen")).toEqual(foreign);
  });

  it("creates nothing for an owner that was deleted while its copy is stale", async () => {
    const { visits } = await start({ idleTimeoutMs: 3_000 });
    await create("ghost", map("ghost-a"));
    await whenApplied("ghost", 1);
    const visitsBefore = visits.filter((name) => name === "ghost").length;

    await silence("widgets");
    await space.api.delete(type, key("ghost"));
    await until("collected", async () => ((await get("ghost-a")) === null ? true : null), WAIT_MS);
    await until(
      "visits for it",
      () => {
        return visits.filter((name) => name === "ghost").length > visitsBefore + 1 ? true : null;
      },
      WAIT_MS,
    );
    proxy.heal();

    expect(await get("ghost-a")).toBeNull();
    expect(proxy.writes().filter(({ path }) => path.endsWith("ghost-a"))).toHaveLength(1);
  });

  it("keeps fields that the runtime has never heard of", async () => {
    const spec = { objects: [], future: { nested: [{ x: 1.5 }, null, "text"] }, big: 9007199254740991 };
    await space.api.create(type, widget(type, space.name, "unknown", spec), someone);
    const live = await space.api.get(type, key("unknown"));

    const { managedFields: _, ...metadata } = live?.metadata ?? { name: "" };
    const object = { ...live, apiVersion: type.apiVersion, kind: type.kind, metadata };
    const back = await space.api.apply(type, object, { fieldManager: "reader", force: true });

    expect(back.spec).toEqual(spec);
  });
});

function record(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}

function deploymentOf(name: string, image = "image:1"): KubeObject {
  const labels = { app: name };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name },
    spec: {
      selector: { matchLabels: labels },
      strategy: { type: "Recreate" },
      template: {
        metadata: { labels },
        spec: {
          containers: [
            {
              name: "main",
              image,
              // written in another form by the server: 1500m → 1500m, 1000m → 1
              resources: { requests: { cpu: "1000m", memory: "1024Mi" } },
              ports: [{ containerPort: 8080 }],
              env: [{ name: "EMPTY", value: "" }],
              args: ["a", "b"],
            },
          ],
          volumes: [{ name: "tmp", emptyDir: {} }],
        },
      },
    },
  };
}
