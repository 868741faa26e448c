import type { KubeObject } from "../../runtime/kube-object.ts";
import type { BackboneObject } from "../backbone/observed-objects.ts";
import { monitoring } from "../monitoring/monitoring.ts";
import { aggregators } from "./aggregators.ts";
import { api } from "./api.ts";
import { archivers } from "./archivers.ts";
import { batchRuns } from "./batch.ts";
import type { ComponentObjects, WorkloadContext } from "./component-parts.ts";
import { denyAll, networkPolicy } from "./network-policy.ts";
import { producers } from "./producers.ts";
import type { Held } from "./references.ts";
import { serviceAccount } from "./service-account.ts";
import { kindOf, partnerWorkloadKinds } from "./workload-kinds.ts";
import { type WorkloadComponent, workloadComponents } from "./workload-names.ts";

/** What is applied, and pruned, together: the objects of a component, and those that are for all. */
export const workloadSets = ["pipeline", ...workloadComponents] as const;
export type WorkloadSet = (typeof workloadSets)[number];

/** What runs for a pipeline. */
export interface Workloads {
  /** An empty set: nothing of it is wanted. A set that is not here is held and stays as it is, unpruned. */
  readonly sets: ReadonlyMap<WorkloadSet, readonly BackboneObject[]>;
  /** Components that can't be made as the spec asks, and why. */
  readonly held: ReadonlyMap<WorkloadComponent, Held>;
  /** Kinds that are needed and not served, each once, with what to install. */
  readonly missing: readonly MissingKind[];
}

export interface MissingKind {
  /** Name of the CustomResourceDefinition. */
  readonly crd: string;
  /** The objects that are left out for it, `Kind name`. */
  readonly objects: readonly string[];
  readonly message: string;
}

const makers: Record<WorkloadComponent, (context: WorkloadContext) => ComponentObjects> = {
  producer: producers,
  aggregator: aggregators,
  archiver: archivers,
  api,
  batch: batchRuns,
};

/** Everything that runs for a pipeline; the same input gives the same objects to the byte. */
export function workloads(context: WorkloadContext): Workloads {
  const { pipeline, activity, connections, observed, settings } = context;
  const held = new Map<WorkloadComponent, Held>();
  const wanted = new Map<WorkloadSet, KubeObject[]>();
  wanted.set("pipeline", [serviceAccount(pipeline), ...denyAll(pipeline), ...monitoring(pipeline, activity)]);
  for (const component of workloadComponents) {
    const made = makers[component](context);
    if ("reason" in made) held.set(component, made);
    else wanted.set(component, [...made.objects, ...policies(made.objects.length, component)]);
  }
  const sets = new Map<WorkloadSet, BackboneObject[]>();
  const unserved: BackboneObject[] = [];
  for (const [set, objects] of wanted) {
    const typed = objects.map((object) => ({ type: kindOf(object), object }));
    sets.set(
      set,
      typed.filter(({ type }) => observed.isServed(type)),
    );
    unserved.push(...typed.filter(({ type }) => !observed.isServed(type)));
  }
  return { sets, held, missing: missingKinds(unserved) };

  function policies(objects: number, component: WorkloadComponent): KubeObject[] {
    return objects === 0 ? [] : networkPolicy(pipeline, component, connections, settings);
  }
}

function missingKinds(unserved: readonly BackboneObject[]): MissingKind[] {
  return partnerWorkloadKinds.flatMap((kind) => {
    const objects = unserved
      .filter(({ type }) => type === kind)
      .map(({ object }) => `${object.kind} ${object.metadata.name}`);
    if (objects.length === 0) return [];
    const message = `CustomResourceDefinition ${kind.crd} is missing: install ${kind.operator}`;
    return [{ crd: kind.crd, objects, message }];
  });
}
