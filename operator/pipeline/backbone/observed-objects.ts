import type { KubeObject, ResourceType } from "../../runtime/kube-object.ts";

/** What the cluster holds now, as the operator last saw it. */
export interface ObservedObjects {
  /** Whether the API server knows the kind. */
  isServed(type: ResourceType): boolean;
  /** The object of that name in the pipeline's namespace; null when there is none. */
  get(type: ResourceType, name: string): KubeObject | null;
}

/** An object that a pipeline needs, with its kind. */
export interface BackboneObject {
  readonly type: ResourceType;
  readonly object: KubeObject;
}
