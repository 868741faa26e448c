import type { KubeObject, ObjectMeta } from "../../runtime/kube-object.ts";
import type { BackboneObject, ObservedObjects } from "./observed-objects.ts";
import { secretKind } from "./partner-kinds.ts";

/** A Secret with a user name and a password that the operator thinks up. */
export interface LoginSecret {
  readonly metadata: ObjectMeta;
  readonly username: string;
}

/** How a generated Secret is brought about. */
export interface GeneratedSecret {
  /** Applied like any object: labels and type, never data, so that the password in it is not owned and not rewritten. */
  readonly applied: readonly BackboneObject[];
  /**
   * Written by `create` (POST), once; a conflict means that there is one already, which stays. The password is only
   * here where no Secret of the name is seen.
   */
  readonly created: readonly BackboneObject[];
}

/**
 * A login is generated once and then kept: the partner's operator has put it into the database. `create` and `apply`
 * are kept apart because a field that was once applied by a manager is removed when the manager leaves it out. The
 * type makes the server refuse an `apply` that would create the Secret without its password
 * (https://kubernetes.io/docs/concepts/configuration/secret/#basic-authentication-secret).
 */
export function generatedLogin(
  { metadata, username }: LoginSecret,
  observed: ObservedObjects,
  newPassword: () => string,
): GeneratedSecret {
  const described: KubeObject = {
    apiVersion: secretKind.apiVersion,
    kind: secretKind.kind,
    metadata,
    type: "kubernetes.io/basic-auth",
  };
  if (observed.get(secretKind, metadata.name) !== null) {
    return { applied: [{ type: secretKind, object: described }], created: [] };
  }
  const data = { username: base64(username), password: base64(newPassword()) };
  return { applied: [], created: [{ type: secretKind, object: { ...described, data } }] };
}

function base64(text: string): string {
  return Buffer.from(text, "utf8").toString("base64");
}
