import type { KubeObject, LiveObject, ObjectKey, ResourceType } from "./kube-object.ts";
import { isRecord } from "./kube-payload.ts";

export const leaseType: ResourceType = {
  apiVersion: "coordination.k8s.io/v1",
  kind: "Lease",
  plural: "leases",
  namespaced: true,
};

/** The part of `coordination.k8s.io/v1` Lease that an election uses. */
export interface LeaseSpec {
  /** Empty: given up by its last holder. */
  holderIdentity: string;
  leaseDurationSeconds: number;
  /** MicroTime. */
  acquireTime: string;
  /** MicroTime. */
  renewTime: string;
  /** How often the holder changed. */
  leaseTransitions: number;
}

export function leaseObject(key: ObjectKey, spec: LeaseSpec): KubeObject {
  return { apiVersion: leaseType.apiVersion, kind: leaseType.kind, metadata: { ...key }, spec };
}

/** What a lease on the server says; fields that are absent or of another type count as unset. */
export function leaseSpecOf({ spec }: LiveObject): LeaseSpec {
  const fields = isRecord(spec) ? spec : {};
  const text = (value: unknown) => (typeof value === "string" ? value : "");
  const whole = (value: unknown) => (typeof value === "number" ? value : 0);
  return {
    holderIdentity: text(fields.holderIdentity),
    leaseDurationSeconds: whole(fields.leaseDurationSeconds),
    acquireTime: text(fields.acquireTime),
    renewTime: text(fields.renewTime),
    leaseTransitions: whole(fields.leaseTransitions),
  };
}

/**
 * `metav1.MicroTime`: RFC 3339 with exactly six digits of the second. The Go clients parse no other number of digits,
 * and a lease they can't read they never take over.
 */
export function microTime(dateMs: number): string {
  return new Date(dateMs).toISOString().replace("Z", "000Z");
}
