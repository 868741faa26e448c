import { randomBytes } from "node:crypto";
import { velibPipelineType } from "../api/resource-names.ts";
import { type ApplyOutcome, type ApplySet, createApplySet } from "../runtime/apply-set.ts";
import type { KubeApi } from "../runtime/kube-api.ts";
import { isConflict } from "../runtime/kube-api-error.ts";
import type { KubeObject, LiveObject } from "../runtime/kube-object.ts";
import { createOwnerCheck } from "../runtime/owner-check.ts";
import { ownershipMarks } from "../runtime/ownership.ts";
import type { BackboneObject } from "./backbone/observed-objects.ts";
import { isRetained } from "./backbone/retained-objects.ts";
import type { PipelineCaches } from "./pipeline-caches.ts";
import { fieldManager, labelPrefix } from "./pipeline-names.ts";
import { type WorkloadSet, workloadSets } from "./workloads/workloads.ts";

/** What is applied, and pruned, together. */
export type PipelineSet = "backbone" | WorkloadSet;

/** Makes the objects of pipelines be as they are to be. */
export interface PipelineObjects {
  /** Creates what must never be written twice; what is there already stays. */
  create(owner: LiveObject, objects: readonly BackboneObject[], signal: AbortSignal): Promise<void>;
  apply(
    owner: LiveObject,
    set: PipelineSet,
    objects: readonly BackboneObject[],
    signal: AbortSignal,
  ): Promise<ApplyOutcome>;
}

export function pipelineObjects(api: KubeApi, caches: PipelineCaches): PipelineObjects {
  const retained = (object: KubeObject) => isRetained(object);
  const ownerIsAlive = createOwnerCheck(api, velibPipelineType);
  const newSet = (setName: PipelineSet) =>
    createApplySet({
      api,
      ownerIsAlive,
      kinds: caches.owned,
      fieldManager,
      prefix: labelPrefix,
      setName,
      retained,
    });
  const sets = new Map<PipelineSet, ApplySet>(
    (["backbone", ...workloadSets] as const).map((setName) => [setName, newSet(setName)]),
  );
  const marks = ownershipMarks({ prefix: labelPrefix, setName: "backbone" });
  return {
    async create(owner, objects, signal) {
      for (const { type, object } of objects) {
        // marked from the start: a crash before the first apply leaves nothing that is nobody's
        const marked = marks.mark(object, type, owner, retained(object));
        try {
          caches.kept(type)?.observe(await api.create(type, marked, { fieldManager, signal }));
        } catch (error) {
          if (!isConflict(error)) throw error;
        }
      }
    },
    apply: (owner, set, objects, signal) =>
      sets.get(set)!.apply(
        owner,
        objects.map(({ object }) => object),
        signal,
      ),
  };
}

/** A password nobody has to type: 256 bits. */
export function newPassword(): string {
  return randomBytes(32).toString("base64url");
}
