import { KubeApiError } from "./kube-api-error.ts";
import { keyText, type ObjectKey, type ResourceType } from "./kube-object.ts";

/** Closed list. */
export type ApplyFailureReason =
  /** The name is taken by an object that is not this owner's. */
  | "NotOurs"
  /** The old object of this name is still being deleted. */
  | "Terminating"
  /** The server refused it: admission, quota, right, immutable or invalid field. Only a change by someone can help. */
  | "Refused"
  /** Can succeed later by itself. */
  | "Unavailable";

export interface ApplyFailure {
  reason: ApplyFailureReason;
  type: ResourceType;
  key: ObjectKey;
  /** One line for the user, with kind and name; equal for equal causes. */
  message: string;
  error?: KubeApiError;
}

/** Answers that stay the same until someone changes the object, the quota, the policy or the rights. */
const REFUSALS = new Set([400, 403, 405, 413, 415, 422]);
/** Server-side apply answers a field that the schema does not know, or one of another type, with a bare 500. */
const UNTYPED = "failed to create typed patch object";
/** 422 as well, yet only our copy was stale: the object is another one by now. */
const OTHER_UID = "metadata.uid: Invalid value";

/** The failure that an API error is for one object. Throws errors that concern every object: no answer, or no lease. */
export function failureOf(error: unknown, type: ResourceType, key: ObjectKey): ApplyFailure {
  if (!(error instanceof KubeApiError) || error.status === 0) throw error;
  const refused = REFUSALS.has(error.status) || error.message.includes(UNTYPED);
  const reason = refused && !error.message.includes(OTHER_UID) ? "Refused" : "Unavailable";
  // the call's path says the same as kind and name do
  const answer = error.message.replace(/^[A-Z]+ \S+: /, "");
  return { reason, type, key, message: `${type.kind} ${keyText(key)}: ${answer}`, error };
}

/**
 * Only another spec, or the object's deletion, can help: an immutable or invalid field. What a quota, a right, a policy or
 * a webhook refused may pass later, and no event tells of it; a policy denies with 422 too, unless it says otherwise.
 */
export function needsEdit({ reason, error }: ApplyFailure): boolean {
  return reason === "Refused" && error?.status !== 403 && !error?.message.includes("denied");
}

export function notOurs(type: ResourceType, key: ObjectKey, takenBy: string): ApplyFailure {
  const message = `${type.kind} ${keyText(key)} exists and belongs to ${takenBy}: rename or delete it`;
  return { reason: "NotOurs", type, key, message };
}

export function terminating(type: ResourceType, key: ObjectKey): ApplyFailure {
  const message = `${type.kind} ${keyText(key)} is being deleted: it is made anew once it is gone`;
  return { reason: "Terminating", type, key, message };
}
