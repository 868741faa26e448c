import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { httpKubeApi } from "../../../operator/runtime/http-kube-api.ts";
import type { KubeApi } from "../../../operator/runtime/kube-api.ts";
import type { LiveObject } from "../../../operator/runtime/kube-object.ts";
import { createReflector, type Reflector, type ReflectorSettings } from "../../../operator/runtime/reflector.ts";
import { until } from "../../testbed/faults/until.ts";
import { describeReal } from "../servers.ts";
import {
  configMap,
  configMaps,
  installDefinition,
  randomGroup,
  removeDefinition,
  someone,
  type TestNamespace,
  testNamespace,
  widgetType,
} from "./cluster.ts";
import { type Fault, type FaultProxy, openFaultProxy, type SeenRequest } from "./fault-proxy.ts";

const WAIT_MS = 20_000;

describeReal("a reflector on a real API server", ["kube"], (addresses) => {
  let space: TestNamespace;
  let proxy: FaultProxy;
  let api: KubeApi;
  let stop: (() => Promise<void>) | null = null;

  beforeAll(async () => {
    space = await testNamespace(addresses.kubeconfig);
  });
  beforeEach(async () => {
    proxy = await openFaultProxy(space.connection);
    api = httpKubeApi({ connection: proxy.connection });
  });
  afterEach(async () => {
    await stop?.();
    stop = null;
    await proxy.close();
  });
  afterAll(() => space.remove());

  function start(settings: Partial<ReflectorSettings<LiveObject>> = {}): Reflector<LiveObject> {
    const backOff = { baseMs: 20, capMs: 200 };
    const what = { api, type: configMaps, namespace: space.name, backOff, transform: (object: LiveObject) => object };
    const reflector = createReflector({ ...what, ...settings });
    const ending = new AbortController();
    const running = reflector.run(ending.signal);
    stop = async () => {
      ending.abort();
      await running;
    };
    return reflector;
  }

  const put = (name: string, data: Record<string, string> = { a: "1" }) =>
    space.api.apply(configMaps, configMap(space.name, name, data), { ...someone, force: true });
  const remove = (name: string) => space.api.delete(configMaps, { namespace: space.name, name });
  const isWatch = ({ query }: SeenRequest) => query.has("watch");
  const watches = () => proxy.seen.filter(isWatch);
  const lists = () => proxy.seen.filter((request) => !isWatch(request));

  async function synced(reflector: Reflector<LiveObject>): Promise<void> {
    await until("the first list", () => (reflector.store.synced ? true : null), WAIT_MS);
    await until("a watch", () => (watches().length > 0 ? true : null), WAIT_MS);
  }

  /** Cuts the watch; from now on requests meet `fault`. */
  async function breakWatch(fault: (request: SeenRequest) => Fault | null): Promise<void> {
    await cut();
    proxy.interfere(fault);
    proxy.cutWatches();
  }

  /** Ends the open watch; one that was just asked for is waited for. */
  async function cut(): Promise<void> {
    await until("an open watch to cut", () => (proxy.cutWatches() > 0 ? true : null), WAIT_MS);
  }

  async function sees(reflector: Reflector<LiveObject>, name: string): Promise<LiveObject> {
    return until(`${name} in the store`, () => reflector.store.get({ namespace: space.name, name }), WAIT_MS);
  }

  /** After whatever was done, what is written now arrives, what is deleted now goes. */
  async function expectToFollow(reflector: Reflector<LiveObject>, name: string): Promise<void> {
    await put(name);
    await sees(reflector, name);
    await remove(name);
    const gone = () => (reflector.store.get({ namespace: space.name, name }) === null ? true : null);
    await until(`${name} gone from the store`, gone, WAIT_MS);
  }

  it("lists in pages, then follows from where the list was", async () => {
    for (let n = 0; n < 7; n++) await put(`page-${n}`);

    const reflector = start({ pageSize: 3 });
    await synced(reflector);

    expect(lists().every(({ query }) => query.get("limit") === "3")).toBe(true);
    expect(lists().length, "kube-root-ca.crt and seven of ours").toBeGreaterThanOrEqual(3);
    expect(reflector.store.size).toBeGreaterThanOrEqual(7);
    await expectToFollow(reflector, "after-pages");
    expect(watches(), "one watch for all of it").toHaveLength(1);
  });

  it("goes on from a bookmark, which it asks for and gets", async () => {
    const { resourceVersion } = await space.api.list(configMaps, { namespace: space.name });
    const what = { namespace: space.name, resourceVersion, labelSelector: "none=such" };
    const versions: string[] = [];
    let ended = false;
    const watching = (async () => {
      const options = { ...what, timeoutSeconds: 5, idleTimeoutMs: 20_000 };
      for await (const event of space.api.watch(configMaps, options)) {
        if (event.type === "BOOKMARK") versions.push(event.resourceVersion);
      }
      ended = true;
    })();

    // the server sends one only where something happens, here to objects that this watch does not see
    for (let n = 0; !ended; n++) await put("bookmarked", { n: String(n) });
    await watching;

    expect(Number(versions.at(-1)), "further than the list").toBeGreaterThan(Number(resourceVersion));
  });

  it("goes on after each watch that the server closes, without a new list", async () => {
    const reflector = start();
    await synced(reflector);
    const listed = lists().length;

    for (let turn = 0; turn < 3; turn++) {
      const before = watches().length;
      await cut();
      await until("the next watch", () => (watches().length > before ? true : null), WAIT_MS);
    }

    await expectToFollow(reflector, "after-cuts");
    expect(lists()).toHaveLength(listed);
  });

  it("sees what happened while the connection was cut", async () => {
    const reflector = start();
    await put("before-cut");
    await sees(reflector, "before-cut");
    await breakWatch(() => "cut");
    await remove("before-cut");
    await put("during-cut");

    proxy.heal();

    await sees(reflector, "during-cut");
    expect(reflector.store.get({ namespace: space.name, name: "before-cut" })).toBeNull();
  });

  it("gives up a watch that fell silent without being closed", async () => {
    const reflector = start({ idleTimeoutMs: 800 });
    await synced(reflector);
    proxy.stallWatches();
    await put("during-stall");

    proxy.heal();

    await sees(reflector, "during-stall");
  });

  it.each([
    ["429 to a watch", isWatch, { status: 429, retryAfterSeconds: 1 }],
    ["500 to a watch", isWatch, { status: 500 }],
    ["a hanging watch", isWatch, "hang"],
    ["429 to everything", () => true, { status: 429, retryAfterSeconds: 1 }],
  ] as const)("survives %s", async (_what, which, fault) => {
    const reflector = start({ idleTimeoutMs: 1_000 });
    await synced(reflector);
    const before = watches().length;
    await breakWatch((request) => (which(request) ? fault : null));
    await until("a try meanwhile", () => (watches().length > before ? true : null), WAIT_MS);

    proxy.heal();

    await expectToFollow(reflector, "after-fault");
  });

  it("lists again when its version is gone, and drops what went meanwhile", async () => {
    const reflector = start();
    await put("before-gone");
    await sees(reflector, "before-gone");
    const listed = lists().length;
    await breakWatch((request) => (isWatch(request) ? { status: 410 } : null));
    await until("a new list", () => (lists().length > listed ? true : null), WAIT_MS);
    await remove("before-gone");

    proxy.heal();

    const gone = () => (reflector.store.get({ namespace: space.name, name: "before-gone" }) === null ? true : null);
    await until("dropped", gone, WAIT_MS);
    await expectToFollow(reflector, "after-gone");
  });

  it("is told by the server itself that a version is too old", async () => {
    const type = widgetType(randomGroup());
    await installDefinition(space.api, type);
    // the server's memory of a kind begins with its definition
    const options = { namespace: space.name, resourceVersion: "1", timeoutSeconds: 5, idleTimeoutMs: 10_000 };

    const reading = (async () => {
      for await (const _ of space.api.watch(type, options)) break;
    })();

    await expect(reading).rejects.toMatchObject({ status: 410, reason: "Expired" });
    await removeDefinition(space.api, type);
  });

  it("asks again when the first list fails, at the pace of its back-off", async () => {
    proxy.interfere(() => ({ status: 503 }));
    const reflector = start();
    await until("three tries", () => (proxy.seen.length >= 3 ? true : null), WAIT_MS);
    expect(reflector.store.synced).toBe(false);

    proxy.heal();

    await synced(reflector);
    await expectToFollow(reflector, "after-failed-list");
  });

  it("lists without pages when the pages' version is gone", async () => {
    for (let n = 0; n < 4; n++) await put(`expired-${n}`);
    proxy.interfere(({ query }) => (query.has("continue") ? { status: 410 } : null));

    const reflector = start({ pageSize: 2 });
    await synced(reflector);

    expect(lists().at(-1)?.query.has("limit")).toBe(false);
    expect(reflector.store.size).toBeGreaterThanOrEqual(4);
  });

  it("reminds of every object from time to time", async () => {
    await put("reminded");
    const reflector = start({ resyncMs: 100 });
    let reminders = 0;
    reflector.store.subscribe(({ type, object }) => {
      if (type === "resync" && object.metadata.name === "reminded") reminders++;
    });

    await until("three reminders", () => (reminders >= 3 ? true : null), WAIT_MS);
  });

  it("keeps to its labels", async () => {
    const labelled = configMap(space.name, "labelled", {});
    labelled.metadata.labels = { pick: "me" };
    await space.api.apply(configMaps, labelled, someone);
    await put("not-labelled");

    const reflector = start({ labelSelector: "pick=me" });
    await synced(reflector);

    expect(reflector.store.list().map(({ metadata }) => metadata.name)).toEqual(["labelled"]);
  });
});
