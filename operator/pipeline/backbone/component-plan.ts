import type { VelibPipeline } from "../../api/velib-pipeline.ts";
import { isTerminating, type KubeObject, type ResourceType } from "../../runtime/kube-object.ts";
import type { Connection, Waiting } from "../connections.ts";
import { isOfPipeline, namespaceOf } from "./backbone-names.ts";
import type { BackboneObject, ObservedObjects } from "./observed-objects.ts";
import type { PartnerKind } from "./partner-kinds.ts";
import type { PartnerState } from "./partner-status.ts";

/** One component of a pipeline's backbone: the objects it needs, how it is reached, what its operator says. */
export interface ComponentPlan<Section> {
  /** To be applied. */
  readonly objects: readonly BackboneObject[];
  /** To be created once, see `GeneratedSecret`. */
  readonly created: readonly BackboneObject[];
  readonly connection: Connection<Section>;
  /** Of its objects; a component is ready when it is connected and all of them are. */
  readonly states: readonly PartnerState[];
}

/** The first kind that the API server does not know, as a cause to wait. */
export function missingKind(kinds: readonly PartnerKind[], observed: ObservedObjects): Waiting | null {
  const missing = kinds.find((kind) => !observed.isServed(kind));
  if (missing === undefined) return null;
  const message = `CustomResourceDefinition ${missing.crd} is missing: install ${missing.operator}`;
  return { state: "waiting", reason: "CrdMissing", message };
}

/**
 * The objects that can be written: of kinds that are served, and not of a name that something else has. `blocked` is
 * the first such name. The others are still given: an object that is left out would be pruned, with its data.
 */
export function writable(
  objects: readonly BackboneObject[],
  pipeline: VelibPipeline,
  observed: ObservedObjects,
): { objects: BackboneObject[]; blocked: Waiting | null } {
  const served = objects.filter(({ type }) => observed.isServed(type));
  const foreign = served.filter(({ type, object }) => {
    const live = observed.get(type, object.metadata.name);
    return live !== null && !isOfPipeline(live.metadata, pipeline);
  });
  const taken = foreign[0]?.object;
  if (taken === undefined) return { objects: served, blocked: null };
  const what = `${taken.kind} ${namespaceOf(pipeline)}/${taken.metadata.name}`;
  const message = `${what} was not made for this pipeline: rename or delete it, or give the pipeline another name`;
  return {
    objects: served.filter((object) => !foreign.includes(object)),
    blocked: { state: "waiting", reason: "NotOurs", message },
  };
}

/** The state of an object that the operator makes, read by `read` where it is there and stays. */
export function stateOf(
  { type, name }: { type: ResourceType; name: string },
  observed: ObservedObjects,
  read: (object: KubeObject) => PartnerState,
): PartnerState {
  const object = observed.get(type, name);
  if (object === null) {
    return { state: "waiting", reason: "Provisioning", message: `${type.kind} ${name}: it is being created` };
  }
  if (isTerminating(object)) return terminating(object);
  return read(object);
}

/** The first of the states that is not ready. */
export function firstWaiting(states: readonly PartnerState[]): Waiting | null {
  return states.find((state) => state.state === "waiting") ?? null;
}

export function terminating({ kind, metadata }: KubeObject): Waiting {
  const message = `${kind} ${metadata.name}: it is being deleted; it is made anew when it is gone`;
  return { state: "waiting", reason: "Terminating", message };
}
