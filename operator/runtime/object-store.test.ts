import { describe, expect, it } from "vitest";
import { createStore, type StoreChange } from "./object-store.ts";
import { liveObject } from "./testing/live-object.ts";

const byColour = { colour: (object: ReturnType<typeof liveObject>) => [object.metadata.labels?.colour ?? "none"] };
const at = (name: string, resourceVersion: string, colour = "red", uid = `uid-of-${name}`) =>
  liveObject(name, { resourceVersion, uid, labels: { colour } });

function filled() {
  const store = createStore(byColour);
  const changes: string[] = [];
  store.subscribe((change: StoreChange) => changes.push(`${change.type} ${change.object.metadata.resourceVersion}`));
  return {
    store,
    changes,
    names: (colour: string) => store.byIndex("colour", colour).map(({ metadata }) => metadata.name),
  };
}

describe("an object store", () => {
  it("finds objects by key and by index, also after they changed", () => {
    const { store, names } = filled();
    store.put(at("a", "1"));
    store.put(at("b", "2"));

    store.put(at("a", "3", "blue"));

    expect(store.get({ namespace: "city", name: "a" })?.metadata.resourceVersion).toBe("3");
    expect([names("red"), names("blue"), names("green")]).toEqual([["b"], ["a"], []]);
  });

  it("refuses an index it does not have", () => {
    const { store } = filled();

    expect(() => store.byIndex("size", "1")).toThrow('no index "size"; it has colour');
  });

  it("is not set back by older news than it has", () => {
    const { store, changes } = filled();
    store.put(at("a", "10"));

    store.put(at("a", "9"));
    store.put(at("a", "10"));

    expect(changes).toEqual(["added 10"]);
  });

  it("does not mistake a new object for the old one of its name", () => {
    const { store, changes } = filled();
    store.put(at("a", "5", "red", "first"));
    store.put(at("a", "8", "red", "second"));

    store.remove(at("a", "7", "red", "first"));

    expect(changes).toEqual(["added 5", "removed 5", "added 8"]);
    expect(store.size).toBe(1);
  });

  it("is synced by the first whole list, which drops what it lacks", () => {
    const { store, changes, names } = filled();
    store.put(at("a", "1"));
    store.put(at("b", "2"));
    expect(store.synced).toBe(false);

    store.replace([at("b", "2"), at("c", "3")]);

    expect(store.synced).toBe(true);
    expect(changes).toEqual(["added 1", "added 2", "removed 1", "added 3"]);
    expect(names("red")).toEqual(["b", "c"]);
  });

  it("takes a list as it is, also when its versions went back, as after a restored backup", () => {
    const { store } = filled();
    store.put(at("a", "900"));

    store.replace([at("a", "20", "blue")]);

    expect(store.get({ namespace: "city", name: "a" })?.metadata.labels?.colour).toBe("blue");
  });

  it("reminds of every object on request, and of nothing after unsubscribing", () => {
    const store = createStore();
    const told: string[] = [];
    const stop = store.subscribe(({ type }) => told.push(type));
    store.replace([at("a", "1")]);

    store.resync();
    stop();
    store.resync();

    expect(told).toEqual(["added", "resync"]);
  });
});
