import { type ApplyFailure, failureOf } from "./apply-failure.ts";
import type { KubeApi } from "./kube-api.ts";
import { isConflict } from "./kube-api-error.ts";
import {
  isTerminating,
  type KubeObject,
  keyOf,
  keyText,
  kindText,
  type LiveObject,
  type ObjectKey,
  type ResourceType,
} from "./kube-object.ts";
import { appliedFields, coversObject } from "./managed-fields.ts";
import type { ObjectStore } from "./object-store.ts";
import { BY_OWNER } from "./owned-object.ts";
import type { OwnerCheck } from "./owner-check.ts";
import { claimProblem, ownershipMarks } from "./ownership.ts";

/** Makes the objects of an owner be exactly a desired set: applies what differs, prunes what is no longer desired. */
export interface ApplySet {
  /**
   * `desired`: objects with apiVersion, kind, metadata.name and only the fields that are ours (leave replicas out
   * where an autoscaler sets them). Namespace, owner reference and the set's labels are added. One failing object does
   * not keep the others from being applied: failures are in the outcome. Nothing is pruned in a run where something
   * failed. Rejects with `KubeApiError` when the API gives no answer or the lease is lost, and when the owner is gone.
   */
  apply(owner: LiveObject, desired: readonly KubeObject[], signal: AbortSignal): Promise<ApplyOutcome>;
}

export interface ApplyOutcome {
  changes: ObjectChange[];
  failures: ApplyFailure[];
  /** Kinds that the server does not serve; their objects were left out. */
  notServed: ResourceType[];
}

export interface ObjectChange {
  action: "created" | "configured" | "unchanged" | "pruned";
  type: ResourceType;
  key: ObjectKey;
  /** As the server answered, or as cached: its metadata only, where no more is kept of the kind. */
  live: LiveObject;
}

/** A kind of which objects may be in the set, with the local copy of them (`ownedObject`, `ownerIndex`). */
export interface OwnedKind {
  type: ResourceType;
  store: ObjectStore;
  /** Nothing else of its objects is kept, so nothing else need be answered. */
  metadataOnly?: boolean;
  /** Takes the answer of a write into the store. */
  observe(live: LiveObject): void;
  served(): boolean;
}

export interface ApplySetSettings {
  /** Writes go through it: fenced. */
  api: KubeApi;
  /** `createOwnerCheck`; sets of the same owners share one. */
  ownerIsAlive: OwnerCheck;
  kinds: readonly OwnedKind[];
  /** Of server-side apply: stays the same over versions, else fields are never given up. */
  fieldManager: string;
  /** Prefix of the set's labels and annotations, a domain. */
  prefix: string;
  /** Several sets may hold objects of one owner; at most 63 characters. */
  setName: string;
  /** Objects that outlive the owner and are never pruned: they get no owner reference. */
  retained?: (object: KubeObject, owner: LiveObject) => boolean;
  /** `Strict` refuses fields that the kind's schema does not know. */
  fieldValidation?: "Strict" | "Warn";
}

/**
 * A version that no object has: etcd counts from 1, and its first write makes 2. An apply with it makes an object that is
 * not there and is refused (409) where one is, so that nobody need look first: a request less an object, 1,000 pipelines
 * have 19,000.
 */
const NO_OBJECTS_VERSION = "1";

export function createApplySet(settings: ApplySetSettings): ApplySet {
  const { api, ownerIsAlive, fieldManager, fieldValidation = "Strict", retained = () => false } = settings;
  const marks = ownershipMarks(settings);
  const kinds = new Map(settings.kinds.map((kind) => [kindText(kind.type), kind]));
  const unconfirmed = unconfirmedFields(settings.kinds, fieldManager);

  function kindOf(object: KubeObject): OwnedKind {
    const kind = kinds.get(kindText(object));
    if (kind?.type.apiVersion === object.apiVersion) return kind;
    throw new Error(`${object.apiVersion} ${object.kind} is not among the kinds of the set "${settings.setName}"`);
  }

  async function applyOne(run: Run, kind: OwnedKind, object: KubeObject): Promise<ObjectChange | ApplyFailure> {
    const { type } = kind;
    const key = keyOf(object);
    const cached = kind.store.get(key);
    if (cached === null) {
      await ownerIsAlive(run.owner, run.signal);
      const created = await createOne(run, kind, object);
      if (created !== null) return created;
    }
    // the store was behind: what is not in it exists, and may be someone else's
    const live = cached ?? (await api.get(type, key, { signal: run.signal }));
    const problem = live && claimProblem(marks, type, live, run.owner);
    if (problem) return problem;
    if (live && inPlace(live, object)) return { action: "unchanged", type, key, live };
    const answer = await write(run, kind, object, live ? { uid: live.metadata.uid } : {});
    return { action: live ? "configured" : "created", type, key, live: answer };
  }

  /** Null when there is such an object already, whoever's: it was not touched. */
  async function createOne(run: Run, kind: OwnedKind, object: KubeObject): Promise<ObjectChange | null> {
    try {
      const answer = await write(run, kind, object, { resourceVersion: NO_OBJECTS_VERSION });
      return { action: "created", type: kind.type, key: keyOf(object), live: answer };
    } catch (error) {
      if (isConflict(error)) return null;
      throw error;
    }
  }

  /** With the uid an apply neither makes nor changes another object of that name, should the one seen be gone by now. */
  async function write(
    run: Run,
    kind: OwnedKind,
    object: KubeObject,
    only: { uid?: string; resourceVersion?: string },
  ): Promise<LiveObject> {
    const { metadataOnly = false } = kind;
    const options = { fieldManager, fieldValidation, force: true, metadataOnly, signal: run.signal };
    const answer = await api.apply(kind.type, { ...object, metadata: { ...object.metadata, ...only } }, options);
    unconfirmed.note(answer, object);
    kind.observe(answer);
    return answer;
  }

  function inPlace(live: LiveObject, object: KubeObject): boolean {
    const sameContent = live.metadata.annotations?.[marks.hash] === object.metadata.annotations?.[marks.hash];
    if (!sameContent || !marks.sameOwner(live, object)) return false;
    return coversObject(appliedFields(live, fieldManager), object) || unconfirmed.knows(live);
  }

  async function prune(run: Run, desired: ReadonlySet<string>): Promise<ObjectChange[]> {
    const changes: ObjectChange[] = [];
    for (const { type, store } of kinds.values()) {
      for (const live of store.byIndex(BY_OWNER, run.owner.metadata.uid)) {
        const key = keyOf(live);
        if (!marks.isMember(live) || isTerminating(live) || desired.has(textOf(live))) continue;
        if (await deleteOne(type, key, live, run.signal)) changes.push({ action: "pruned", type, key, live });
      }
    }
    return changes;
  }

  async function deleteOne(type: ResourceType, key: ObjectKey, live: LiveObject, signal: AbortSignal) {
    try {
      return await api.delete(type, key, { uid: live.metadata.uid, signal });
    } catch (error) {
      // another object of that name by now, which the store is yet to hear of
      if (isConflict(error)) return false;
      throw error;
    }
  }

  return {
    async apply(owner, desired, signal) {
      const run = { owner, signal };
      const outcome: ApplyOutcome = { changes: [], failures: [], notServed: [] };
      const kept = new Set<string>();
      for (const wanted of desired) {
        const kind = kindOf(wanted);
        if (!kind.served()) {
          if (!outcome.notServed.includes(kind.type)) outcome.notServed.push(kind.type);
          continue;
        }
        const object = marks.mark(wanted, kind.type, owner, retained(wanted, owner));
        kept.add(textOf(object));
        const result = await applyOne(run, kind, object).catch((error) => failureOf(error, kind.type, keyOf(object)));
        if ("action" in result) outcome.changes.push(result);
        else outcome.failures.push(result);
      }
      if (outcome.failures.length > 0) return outcome;
      outcome.changes.push(...(await prune(run, kept)));
      return outcome;
    },
  };
}

interface Run {
  owner: LiveObject;
  signal: AbortSignal;
}

function textOf(object: KubeObject): string {
  return `${kindText(object)} ${keyText(keyOf(object))}`;
}

/**
 * Answers that do not list every field just applied (an admission webhook took one over, or the server drops it): the
 * same would come back each time, so an object that still looks like the answer is left alone.
 */
function unconfirmedFields(kinds: readonly OwnedKind[], fieldManager: string) {
  const seen = new Map<string, string>();
  for (const { store } of kinds) {
    store.subscribe((change) => {
      if (change.type === "removed") seen.delete(change.object.metadata.uid);
    });
  }
  const fieldsText = (live: LiveObject) => JSON.stringify(appliedFields(live, fieldManager));
  return {
    note(answer: LiveObject, object: KubeObject): void {
      if (coversObject(appliedFields(answer, fieldManager), object)) seen.delete(answer.metadata.uid);
      else seen.set(answer.metadata.uid, fieldsText(answer));
    },
    knows: (live: LiveObject): boolean => seen.get(live.metadata.uid) === fieldsText(live),
  };
}
