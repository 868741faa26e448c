import Type from "typebox";
import Value from "typebox/value";
import type { KubeObject } from "../../runtime/kube-object.ts";
import { type RollReason, rollReasonsBetween } from "./roll-annotations.ts";

/** What becomes of the pods of one Deployment. */
export interface Restart {
  readonly deployment: string;
  /** `Rolled`: new pods take the place of the old ones. */
  readonly effect: "Started" | "Stopped" | "Scaled" | "Rolled";
  /** Of a roll; empty otherwise. */
  readonly reasons: readonly RollReason[];
}

const Template = Type.Object({
  metadata: Type.Optional(Type.Object({ annotations: Type.Optional(Type.Record(Type.String(), Type.String())) })),
  spec: Type.Optional(
    Type.Object({ containers: Type.Optional(Type.Array(Type.Object({ image: Type.Optional(Type.String()) }))) }),
  ),
});
const DeploymentSpec = Type.Object({ replicas: Type.Optional(Type.Integer()), template: Template });

/**
 * What applying `after` does to the pods that run by `before`, by Deployment. Either may be live objects or desired
 * ones; other kinds are passed over.
 */
export function restartsBetween(before: readonly KubeObject[], after: readonly KubeObject[]): Restart[] {
  const old = specsOf(before);
  const wanted = specsOf(after);
  const names = [...new Set([...old.keys(), ...wanted.keys()])].sort();
  return names.flatMap((deployment): Restart[] => {
    const from = old.get(deployment);
    const to = wanted.get(deployment);
    if (to === undefined || (from !== undefined && from.replicas !== 0 && to.replicas === 0)) {
      return [{ deployment, effect: "Stopped", reasons: [] }];
    }
    if (from === undefined || (from.replicas === 0 && to.replicas !== 0)) {
      return [{ deployment, effect: "Started", reasons: [] }];
    }
    const reasons = rollReasonsBetween(from.template, to.template);
    if (reasons.length > 0) return [{ deployment, effect: "Rolled", reasons }];
    return from.replicas === to.replicas ? [] : [{ deployment, effect: "Scaled", reasons: [] }];
  });
}

function specsOf(objects: readonly KubeObject[]) {
  return new Map(
    objects.flatMap(({ kind, metadata, spec }) =>
      kind === "Deployment" && Value.Check(DeploymentSpec, spec) ? [[metadata.name, spec] as const] : [],
    ),
  );
}
