import { setTimeout as wait } from "node:timers/promises";
import { RandomStream } from "../../core/simulation/random.ts";
import { velibPipelineType } from "../../operator/api/resource-names.ts";
import type { KubeApi } from "../../operator/runtime/kube-api.ts";
import { keyText } from "../../operator/runtime/kube-object.ts";
import { isRecord } from "../../operator/runtime/kube-payload.ts";
import { deployments, someone } from "../../test/real/kube/cluster.ts";
import { until } from "../../test/testbed/faults/until.ts";
import type { Cities } from "./cities.ts";

/**
 * Edits the replicas of the API of random pipelines, one after the other at a steady pace.
 * @returns times from when an edit was sent until the Deployment that follows it was seen in a watch, ms, ascending
 */
export async function eventToApply(
  api: KubeApi,
  { keys }: Cities,
  { edits, everyMs, seed }: { edits: number; everyMs: number; seed: number },
): Promise<number[]> {
  const order = shuffled(keys, new RandomStream(seed));
  const awaited = new Map<string, { replicas: number; sinceMs: number }>();
  const times: number[] = [];
  const watching = new AbortController();
  const page = await api.list(deployments, { limit: 1 });
  const follow = async () => {
    const { signal } = watching;
    const options = { resourceVersion: page.resourceVersion, timeoutSeconds: 3_600, idleTimeoutMs: 3_600_000, signal };
    for await (const event of api.watch(deployments, options)) {
      if (event.type === "BOOKMARK" || !isRecord(event.object.spec)) continue;
      const { namespace = "", name } = event.object.metadata;
      const key = keyText({ namespace, name });
      const edit = awaited.get(key);
      if (edit === undefined || event.object.spec.replicas !== edit.replicas) continue;
      awaited.delete(key);
      times.push(performance.now() - edit.sinceMs);
    }
  };
  const following = follow().catch((error) => {
    if (!watching.signal.aborted) throw error;
  });
  try {
    for (let i = 0; i < edits; i++) {
      const key = order[i % order.length]!;
      const text = keyText({ ...key, name: `${key.name}-api` });
      // A sample that is still waited for must not be replaced: it would be the slow ones that go missing.
      await until(`the edit before of ${text} applied`, () => (awaited.has(text) ? null : true), 60_000);
      // Another number at each turn: a Deployment can't have it by an earlier edit.
      const replicas = 3 + Math.floor(i / order.length);
      awaited.set(text, { replicas, sinceMs: performance.now() });
      await api.patch(velibPipelineType, key, { merge: { spec: { api: { replicas } } } }, someone);
      await wait(everyMs);
    }
    await until("the last edits applied", () => (awaited.size === 0 ? true : null), 60_000);
  } finally {
    watching.abort(new Error("all seen"));
    await following;
  }
  if (times.length !== edits) throw new Error(`${edits} edits, but ${times.length} times`);
  return times.sort((a, b) => a - b);
}

function shuffled<T>(items: readonly T[], random: RandomStream): T[] {
  return items
    .map((item) => ({ item, at: random.share() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
