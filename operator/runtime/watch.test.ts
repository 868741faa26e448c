import { describe, expect, it } from "vitest";
import type { ApiDiscovery } from "./api-discovery.ts";
import { keyText, type ObjectKey } from "./kube-object.ts";
import { createStore } from "./object-store.ts";
import { liveObject } from "./testing/live-object.ts";
import { itself, notStatusAlone, owningKey, referringKeys, watchServed, watchStore } from "./watch.ts";

const owner = { apiVersion: "velib.test/v1", kind: "Pipeline" };
const ownedBy = (name: string, apiVersion = owner.apiVersion) => ({
  ownerReferences: [{ apiVersion, kind: owner.kind, name, uid: "u", controller: true }],
});

/** What a watch enqueues. */
function listen(subscribe: (enqueue: (key: ObjectKey) => void) => () => void) {
  const keys: string[] = [];
  const stop = subscribe((key) => keys.push(keyText(key)));
  return { keys, stop };
}

describe("a watch", () => {
  it("begins with all that is there, then tells of each change, and of nothing once stopped", () => {
    const store = createStore();
    store.put(liveObject("a", { resourceVersion: "1" }));
    const { keys, stop } = listen(watchStore(store, itself).subscribe);

    store.put(liveObject("b", { resourceVersion: "2" }));
    store.remove(liveObject("a", { resourceVersion: "3" }));
    stop();
    store.put(liveObject("c", { resourceVersion: "4" }));

    expect(keys).toEqual(["city/a", "city/b", "city/a"]);
  });

  it("tells the owner of an owned object, whatever version of its kind the reference names", () => {
    const keysOf = owningKey(owner);

    expect(keysOf(liveObject("a", ownedBy("paris")))).toEqual([{ namespace: "city", name: "paris" }]);
    expect(keysOf(liveObject("a", ownedBy("paris", "velib.test/v2")))).toHaveLength(1);
    expect(keysOf(liveObject("a", ownedBy("paris", "other.test/v1")))).toEqual([]);
    expect(keysOf(liveObject("a"))).toEqual([]);
  });

  it("tells the old owner as well when an object changes hands", () => {
    const store = createStore();
    store.put(liveObject("a", { ...ownedBy("paris"), resourceVersion: "1" }));
    const { keys } = listen(watchStore(store, owningKey(owner)).subscribe);

    store.put(liveObject("a", { ...ownedBy("lyon"), resourceVersion: "2" }));

    expect(keys).toEqual(["city/paris", "city/lyon", "city/paris"]);
  });

  it("tells all that refer to a Secret, and only those, when it changes", () => {
    const pipelines = createStore({ secrets: (object) => [`city/${object.metadata.labels?.secret}`] });
    pipelines.put(liveObject("paris", { labels: { secret: "mongo" } }));
    pipelines.put(liveObject("lyon", { labels: { secret: "mongo" } }));
    pipelines.put(liveObject("oslo", { labels: { secret: "kafka" } }));
    const secrets = createStore();
    const { keys } = listen(watchStore(secrets, referringKeys(pipelines, "secrets")).subscribe);

    secrets.put(liveObject("mongo", { resourceVersion: "7" }));
    secrets.put(liveObject("unknown", { resourceVersion: "8" }));

    expect(keys).toEqual(["city/paris", "city/lyon"]);
  });

  it.each([
    ["its status alone", { resourceVersion: "2" }, 1],
    ["its spec", { resourceVersion: "2", generation: 2 }, 3],
    ["a label", { resourceVersion: "2", labels: { a: "1" } }, 3],
    ["an annotation", { resourceVersion: "2", annotations: { a: "1" } }, 3],
    ["its deletion", { resourceVersion: "2", deletionTimestamp: "2026-01-05T12:00:00Z" }, 3],
  ])("can leave out changes of the status: %s", (_what, metadata, count) => {
    const store = createStore();
    store.put(liveObject("a", { generation: 1 }));
    const { keys } = listen(watchStore(store, itself, notStatusAlone).subscribe);

    store.put(liveObject("a", { generation: 1, ...metadata }));

    expect(keys).toHaveLength(count);
  });

  it("tells all keys when a kind of interest appears", () => {
    const kafkas = { apiVersion: "kafka.test/v1", kind: "Kafka", plural: "kafkas", namespaced: true };
    let tell: Parameters<ApiDiscovery["subscribe"]>[0] = () => {};
    const discovery: ApiDiscovery = {
      isServed: () => false,
      ready: true,
      subscribe(listener) {
        tell = listener;
        return () => {};
      },
      lookFor: () => {},
      run: async () => {},
    };
    const { keys } = listen(watchServed(discovery, [kafkas], () => itself(liveObject("paris"))).subscribe);

    tell({ ...kafkas }, true);
    tell({ ...kafkas, plural: "others" }, true);

    expect(keys).toEqual(["city/paris"]);
  });
});
