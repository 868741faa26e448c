import type { Source } from "../../api/sources.ts";
import { type ComponentObjects, configMap, podInputs, type WorkloadContext } from "./component-parts.ts";
import { deployment } from "./deployment.ts";
import type { MountedClaim } from "./pod-volumes.ts";
import type { ServiceConfig } from "./service-config.ts";
import { shardsOf } from "./shards.ts";
import { recordingsFolder } from "./source-document.ts";
import { workloadNames } from "./workload-names.ts";

/** Tells the pods of one share of the sources from those of the others. */
const shardLabel = "velib.dev/shard";

/**
 * A Deployment for each share of the sources, with `Recreate`: two producers of one source would fence each other in
 * turn until the older one is gone. The first one also asks for users.
 */
export function producers(context: WorkloadContext): ComponentObjects {
  const { pipeline, activity, settings } = context;
  const { sources, polling, users } = pipeline.spec;
  const names = workloadNames(pipeline);
  const files: Record<string, ServiceConfig> = {};
  const deployments = [];
  for (const [i, share] of shardsOf(sources, polling.producers).entries()) {
    const shard = { sources: share, withUsers: i === 0 && users !== undefined };
    const inputs = podInputs(context, "producer", shard);
    if ("reason" in inputs) return inputs;

    const key = `producer-${i}.json`;
    files[key] = inputs.config;
    const parts = {
      ...inputs,
      component: "producer",
      name: names.producer(i),
      replicas: activity.producing ? 1 : 0,
      strategy: "Recreate",
      terminationGraceSeconds: 60,
      args: ["produce"],
      selector: { [shardLabel]: String(i) },
      files: {
        config: { configMapName: names.of("producer"), key },
        claims: recordings(share),
        scratch: "128Mi",
      },
    } as const;
    deployments.push(deployment(pipeline, parts, settings));
  }
  return { objects: [configMap(pipeline, "producer", files), ...deployments] };
}

/** The volumes with recordings, each once. */
function recordings(sources: readonly Source[]): MountedClaim[] {
  const claims = new Set(sources.flatMap(({ replay }) => (replay === undefined ? [] : [replay.claimName])));
  return [...claims]
    .sort()
    .map((claimName) => ({ claimName, path: `${recordingsFolder}/${claimName}`, readOnly: true }));
}
