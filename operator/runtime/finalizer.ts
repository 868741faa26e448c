import { type Clock, wallClock } from "./clock.ts";
import type { KubeApi } from "./kube-api.ts";
import { isNotFound } from "./kube-api-error.ts";
import { keyOf, type LiveObject, type ResourceType } from "./kube-object.ts";

/** What a visit to an object with a finalizer came to. */
export type FinalizerOutcome =
  /** The finalizer is there: go on reconciling. */
  | { state: "present" }
  /** The object is going and nothing is left to do. */
  | { state: "released" }
  /** Clean-up failed: the finalizer stays. Say `message` in a condition and come back. */
  | { state: "failing"; message: string; error: unknown }
  /** Clean-up failed until its deadline: the finalizer is off; `message` says what may be left, for an event. */
  | { state: "abandoned"; message: string; error: unknown };

/** Clean-up before an object goes; may be called many times. Resolves when all is gone. */
export type CleanUp = (signal: AbortSignal) => Promise<void>;

export interface FinalizerSettings {
  /** Fenced. */
  api: KubeApi;
  type: ResourceType;
  /** `velib.dev/clean-up`: a domain and a word. */
  finalizer: string;
  fieldManager: string;
  /** From the deletion on; then the object goes, with what could not be cleaned up left behind, ms. */
  deadlineMs: number;
  clock?: Clock;
}

/**
 * Keeps the finalizer on an object that lives; on one that is being deleted runs the clean-up and takes it off. Writes
 * carry the resourceVersion, so that other people's finalizers are not undone: a conflict rejects and is tried again.
 */
export async function visitFinalizer(
  settings: FinalizerSettings,
  object: LiveObject,
  cleanUp: CleanUp,
  signal: AbortSignal,
): Promise<FinalizerOutcome> {
  const { finalizer, deadlineMs, clock = wallClock } = settings;
  const { finalizers = [], deletionTimestamp } = object.metadata;
  if (deletionTimestamp === undefined) {
    if (!finalizers.includes(finalizer)) await setFinalizers(settings, object, [...finalizers, finalizer], signal);
    return { state: "present" };
  }
  if (!finalizers.includes(finalizer)) return { state: "released" };

  const failure = await attempt(cleanUp, signal);
  const deadline = new Date(Date.parse(deletionTimestamp) + deadlineMs);
  if (failure && (signal.aborted || clock.date() < deadline.getTime())) {
    const until = `${deadline.toISOString().slice(0, 19)}Z`;
    const message = `clean-up failed and is tried again until ${until}, then given up: ${failure.message}`;
    return { state: "failing", message, error: failure.error };
  }
  const others = finalizers.filter((each) => each !== finalizer);
  await setFinalizers(settings, object, others, signal);
  if (!failure) return { state: "released" };
  const message = `clean-up was given up after ${deadlineMs / 1000} s, so something may be left: ${failure.message}`;
  return { state: "abandoned", message, error: failure.error };
}

async function attempt(cleanUp: CleanUp, signal: AbortSignal): Promise<{ message: string; error: unknown } | null> {
  try {
    await cleanUp(signal);
    return null;
  } catch (error) {
    return { message: error instanceof Error ? error.message : String(error), error };
  }
}

async function setFinalizers(
  { api, type, fieldManager }: FinalizerSettings,
  object: LiveObject,
  finalizers: string[],
  signal: AbortSignal,
): Promise<void> {
  const { uid, resourceVersion } = object.metadata;
  const merge = { metadata: { uid, resourceVersion, finalizers } };
  try {
    await api.patch(type, keyOf(object), { merge }, { fieldManager, signal });
  } catch (error) {
    // gone, or made anew: the finalizer wanted is not on it in either case
    const wasGoing = object.metadata.deletionTimestamp !== undefined;
    if (!(wasGoing && isNotFound(error))) throw error;
  }
}
