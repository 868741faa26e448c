import type { KubeApi } from "./kube-api.ts";
import { KubeApiError } from "./kube-api-error.ts";
import { isTerminating, keyOf, keyText, type LiveObject, type ResourceType } from "./kube-object.ts";

/**
 * Rejects when the owner of the cache is not the owner on the server any more: objects made for one that is gone would be
 * collected at once, or, of the same name, taken from its successor.
 */
export type OwnerCheck = (owner: LiveObject, signal: AbortSignal) => Promise<void>;

/** Within a visit an answer holds so long; 1,000 pipelines of six sets each would ask 6,000 times, ms. */
const FRESH_MS = 1_000;

/** Asks the server; the sets of one owner may share it, and then ask once a visit (the signal is the visit's). */
export function createOwnerCheck(api: KubeApi, type: ResourceType): OwnerCheck {
  const asked = new WeakMap<AbortSignal, { uid: string; at: number; answer: Promise<void> }>();

  async function ask(owner: LiveObject, signal: AbortSignal): Promise<void> {
    const live = await api.get(type, keyOf(owner), { signal });
    if (live?.metadata.uid === owner.metadata.uid && !isTerminating(live)) return;
    const message = `${owner.kind} ${keyText(keyOf(owner))} was deleted or made anew meanwhile: nothing is created for it`;
    throw new KubeApiError({ status: 0, reason: "StaleOwner", message, retryable: true });
  }

  return (owner, signal) => {
    const { uid } = owner.metadata;
    const before = asked.get(signal);
    const now = performance.now();
    if (before?.uid === uid && now - before.at < FRESH_MS) return before.answer;
    const answer = ask(owner, signal);
    asked.set(signal, { uid, at: now, answer });
    return answer;
  };
}
