import { type ApplyFailure, notOurs, terminating } from "./apply-failure.ts";
import { contentHash } from "./content-hash.ts";
import {
  controllerOf,
  groupOf,
  isTerminating,
  type KubeObject,
  keyOf,
  keyText,
  kindText,
  type LiveObject,
  ownerReferenceTo,
  type ResourceType,
} from "./kube-object.ts";

/** How the objects of a set are told from all others. */
export interface OwnershipMarks {
  /** Annotation that holds the hash of what was applied. */
  hash: string;
  /** The object as it is applied: namespace, owner reference (not when it is retained), label, annotations. */
  mark(object: KubeObject, type: ResourceType, owner: LiveObject, retained: boolean): KubeObject;
  /** Of this set, and not retained. */
  isMember(live: LiveObject): boolean;
  /** Whether the controlling owner is as it should be. */
  sameOwner(live: LiveObject, object: KubeObject): boolean;
  /** Whether an object without a controller was made for this owner. */
  isMarkedFor(live: LiveObject, owner: LiveObject): boolean;
}

/** The label by which a set's objects are found; `<prefix>/part-of-set`. */
export function setLabel(prefix: string): string {
  return `${prefix}/part-of-set`;
}

export function ownershipMarks({ prefix, setName }: { prefix: string; setName: string }): OwnershipMarks {
  const hash = `${prefix}/applied-hash`;
  const ownerAnnotation = `${prefix}/owner`;
  const retainedAnnotation = `${prefix}/retained`;
  const label = setLabel(prefix);

  return {
    hash,
    mark(object, type, owner, retained) {
      const marked = inNamespaceOf(owner, object, type);
      const { labels, annotations } = object.metadata;
      marked.metadata.labels = { ...labels, [label]: setName };
      marked.metadata.annotations = { ...annotations, [ownerAnnotation]: ownerText(owner) };
      if (retained) marked.metadata.annotations[retainedAnnotation] = "true";
      else marked.metadata.ownerReferences = [ownerReferenceTo(owner)];
      marked.metadata.annotations[hash] = contentHash(marked);
      return marked;
    },
    isMember: ({ metadata: { labels, annotations } }) =>
      labels?.[label] === setName && annotations?.[retainedAnnotation] === undefined,
    sameOwner: (live, object) => controllerOf(live)?.uid === controllerOf(object)?.uid,
    isMarkedFor: (live, owner) => live.metadata.annotations?.[ownerAnnotation] === ownerText(owner),
  };
}

/** Why an existing object can't be made ours; null when it can. */
export function claimProblem(
  marks: OwnershipMarks,
  type: ResourceType,
  live: LiveObject,
  owner: LiveObject,
): ApplyFailure | null {
  if (isTerminating(live)) return terminating(type, keyOf(live));
  const controller = controllerOf(live);
  if (controller === null) return marks.isMarkedFor(live, owner) ? null : notOurs(type, keyOf(live), "someone else");
  if (controller.uid === owner.metadata.uid) return null;
  const predecessor = controller.name === owner.metadata.name && controller.kind === owner.kind;
  // the garbage collector is about to delete what an owner of the same name left
  if (predecessor && groupOf(controller.apiVersion) === groupOf(owner.apiVersion))
    return terminating(type, keyOf(live));
  return notOurs(type, keyOf(live), `${controller.kind} ${controller.name}`);
}

/**
 * A copy in the owner's namespace. An owner reference must not leave it: the garbage collector would take the owner for
 * missing and delete the object. Throws for an object that names another namespace or has none.
 */
function inNamespaceOf(owner: LiveObject, object: KubeObject, type: ResourceType): KubeObject {
  const namespace = owner.metadata.namespace;
  const asked = object.metadata.namespace ?? namespace;
  if (!object.metadata.name) throw new Error(`${type.kind}: an object of a set needs a name, so that it exists once`);
  if (namespace !== undefined && (asked !== namespace || !type.namespaced)) {
    throw new Error(`${kindText(type)} ${keyText(keyOf(object))}: not in its owner's namespace ${namespace}`);
  }
  return { ...object, metadata: { ...object.metadata, ...(type.namespaced ? { namespace: asked } : {}) } };
}

function ownerText(owner: LiveObject): string {
  return `${kindText(owner)}/${owner.metadata.name}`;
}
