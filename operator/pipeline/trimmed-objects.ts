import Type, { type Static, type TSchema } from "typebox";
import { Compile } from "typebox/compile";
import { controllerOf, type LiveObject, type ResourceType } from "../runtime/kube-object.ts";
import { isRecord } from "../runtime/kube-payload.ts";
import { ownedObject } from "../runtime/owned-object.ts";
import { fieldManager } from "./pipeline-names.ts";
import { ownerAnnotation } from "./pipeline-owner.ts";

const Count = Type.Optional(Type.Integer());

/** What of a Deployment decides about its pods and tells how they are. */
const DeploymentParts = Type.Object({
  spec: Type.Object({
    replicas: Count,
    template: Type.Object({
      metadata: Type.Optional(Type.Object({ annotations: Type.Optional(Type.Record(Type.String(), Type.String())) })),
      spec: Type.Object({ containers: Type.Array(Type.Object({ image: Type.Optional(Type.String()) })) }),
    }),
  }),
  status: Type.Optional(
    Type.Object({
      observedGeneration: Count,
      replicas: Count,
      updatedReplicas: Count,
      readyReplicas: Count,
      availableReplicas: Count,
      conditions: Type.Optional(
        Type.Array(
          Type.Object({
            type: Type.String(),
            status: Type.String(),
            reason: Type.Optional(Type.String()),
            message: Type.Optional(Type.String()),
          }),
        ),
      ),
    }),
  ),
});

export type StoredDeployment = LiveObject & Static<typeof DeploymentParts>;
const deploymentParts = Compile(DeploymentParts);

/**
 * What is kept of a kind's objects: metadata, our applied fields and `fields`. The server names every object of a watch
 * for metadata `PartialObjectMetadata`: the kind is put back. Of objects that are nobody's of ours only who they are.
 */
export function trimmedObject(type: ResourceType, fields: readonly string[]) {
  const trim = ownedObject(fieldManager, fields);
  return (object: LiveObject): LiveObject => {
    const typed = { ...object, apiVersion: type.apiVersion, kind: type.kind };
    if (fields.length > 0 || isPipelines(typed)) return trim(typed);
    const { name, namespace, labels, uid, resourceVersion, deletionTimestamp } = object.metadata;
    const metadata = { name, namespace, labels, uid, resourceVersion, ...(deletionTimestamp && { deletionTimestamp }) };
    return { apiVersion: type.apiVersion, kind: type.kind, metadata };
  };
}

/** The same with the members of the status that are read: others would bring a visit each time they move. */
export function trimmedStatus(type: ResourceType, members: readonly string[]) {
  const trim = trimmedObject(type, ["status"]);
  return ({ status, ...object }: LiveObject): LiveObject => {
    const kept = Object.entries(Object(status)).filter(([name]) => members.includes(name));
    return trim(kept.length === 0 ? object : { ...object, status: Object.fromEntries(kept) });
  };
}

function isPipelines(object: LiveObject): boolean {
  return controllerOf(object) !== null || object.metadata.annotations?.[ownerAnnotation] !== undefined;
}

/** What is kept of a Deployment: some 2 of its 8 KiB. */
export function trimmedDeployment(): (object: LiveObject) => StoredDeployment {
  const trim = ownedObject(fieldManager, []);
  return (object) => {
    const parts = withOnly(DeploymentParts, { spec: object.spec, status: object.status });
    if (!deploymentParts.Check(parts)) {
      throw new TypeError(`Deployment ${object.metadata.name}: not in the form of apps/v1`);
    }
    return { ...trim(object), ...parts };
  };
}

/** A copy with the members that the schema names; its schemas may be nested in objects and arrays alone. */
function withOnly(schema: TSchema, value: unknown): unknown {
  if (Type.IsArray(schema) && Array.isArray(value)) return value.map((item) => withOnly(schema.items, item));
  if (!Type.IsObject(schema) || !isRecord(value)) return value;
  const kept: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(schema.properties)) {
    if (value[name] !== undefined) kept[name] = withOnly(member, value[name]);
  }
  return kept;
}
