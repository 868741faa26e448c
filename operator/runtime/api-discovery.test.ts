import { describe, expect, it } from "vitest";
import { createApiDiscovery } from "./api-discovery.ts";
import { pause } from "./clock.ts";
import type { WatchEvent } from "./kube-api.ts";
import { KubeApiError } from "./kube-api-error.ts";
import type { ResourceType } from "./kube-object.ts";
import { fakeClock } from "./testing/fake-clock.ts";
import { liveObject } from "./testing/live-object.ts";
import { scriptedApi } from "./testing/scripted-api.ts";

const kafkas: ResourceType = { apiVersion: "kafka.test/v1", kind: "Kafka", plural: "kafkas", namespaced: true };
const maps: ResourceType = { apiVersion: "v1", kind: "ConfigMap", plural: "configmaps", namespaced: true };

/** A cluster that serves these plurals, and tells of definitions. */
function cluster() {
  const clock = fakeClock();
  const served = new Map([["/api/v1", ["configmaps", "configmaps/status"]]]);
  const looks: string[] = [];
  let failing = false;
  let tell: (event: WatchEvent) => void = () => {};
  const api = scriptedApi({
    list: async () => ({ items: [], resourceVersion: "1" }),
    async *watch(_type, { signal }) {
      while (!signal?.aborted)
        yield await new Promise<WatchEvent>((resolve) => {
          tell = resolve;
          signal?.addEventListener("abort", () => resolve({ type: "BOOKMARK", resourceVersion: "2" }));
        });
    },
    async getRaw(path) {
      looks.push(path);
      if (failing) throw new KubeApiError({ status: 503, reason: "Unavailable", message: "busy", retryable: true });
      const plurals = served.get(path);
      if (!plurals) throw new KubeApiError({ status: 404, reason: "NotFound", message: "none", retryable: false });
      return { resources: plurals.map((name) => ({ name })) };
    },
  });
  const discovery = createApiDiscovery({ api, clock });
  const changes: string[] = [];
  discovery.subscribe((type, now) => changes.push(`${type.kind} ${now}`));
  discovery.lookFor(kafkas);
  discovery.lookFor(maps);
  const ending = new AbortController();
  const running = discovery.run(ending.signal);
  return {
    clock,
    discovery,
    changes,
    looks,
    served,
    setFailing: (value: boolean) => {
      failing = value;
    },
    define: (name: string) => tell({ type: "ADDED", object: liveObject(name, { resourceVersion: "5" }) }),
    async stop() {
      ending.abort();
      await pause(clock, 0, ending.signal);
      await running;
    },
  };
}

describe("API discovery", () => {
  it("tells after the first look which kinds are served and which are not", async () => {
    const { clock, discovery, changes, stop } = cluster();
    expect(discovery.ready).toBe(false);

    await clock.advance(0);

    expect(discovery.ready).toBe(true);
    expect(changes).toEqual(["Kafka false", "ConfigMap true"]);
    expect(discovery.isServed(maps)).toBe(true);
    await stop();
  });

  it("looks when a definition of a group of interest comes, until it is served", async () => {
    const { clock, changes, served, define, stop } = cluster();
    await clock.advance(0);
    define("kafkas.kafka.test");
    await clock.advance(500);
    served.set("/apis/kafka.test/v1", ["kafkas"]);

    await clock.advance(500);

    expect(changes.at(-1)).toBe("Kafka true");
    await stop();
  });

  it("does not look for definitions of other groups", async () => {
    const { clock, looks, define, stop } = cluster();
    await clock.advance(0);
    const before = looks.length;

    define("others.other.test");
    await clock.advance(10_000);

    expect(looks).toHaveLength(before);
    await stop();
  });

  it("looks from time to time for what no definition tells of", async () => {
    const { clock, changes, served, stop } = cluster();
    await clock.advance(0);
    served.set("/apis/kafka.test/v1", ["kafkas"]);

    await clock.advance(300_000);

    expect(changes.at(-1)).toBe("Kafka true");
    await stop();
  });

  it("takes a failed look for no answer, not for a kind that is gone", async () => {
    const { clock, discovery, served, setFailing, stop } = cluster();
    served.set("/apis/kafka.test/v1", ["kafkas"]);
    await clock.advance(0);

    setFailing(true);
    await clock.advance(400_000);

    expect(discovery.isServed(kafkas)).toBe(true);
    await stop();
  });
});
