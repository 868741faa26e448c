import Type from "typebox";
import Value from "typebox/value";
import type { KubeObject } from "../../runtime/kube-object.ts";

/** A listener of a Strimzi cluster that the services can use. */
export interface UsableListener {
  readonly name: string;
  readonly port: number;
  readonly tls: boolean;
  /** Whether clients log in by SCRAM-SHA-512; nobody logs in otherwise. */
  readonly scram: boolean;
}

const KafkaSpec = Type.Object({
  kafka: Type.Object({
    listeners: Type.Array(
      Type.Object({
        name: Type.String(),
        port: Type.Integer(),
        type: Type.String(),
        tls: Type.Boolean(),
        authentication: Type.Optional(Type.Object({ type: Type.String() })),
        configuration: Type.Optional(Type.Object({ brokerCertChainAndKey: Type.Optional(Type.Unknown()) })),
      }),
    ),
    authorization: Type.Optional(Type.Object({ type: Type.String(), supportsAdminApi: Type.Optional(Type.Boolean()) })),
  }),
});

const KafkaStatus = Type.Object({
  listeners: Type.Array(
    Type.Object({ name: Type.Optional(Type.String()), bootstrapServers: Type.Optional(Type.String()) }),
  ),
});

/**
 * The listener of a Kafka resource to use from inside its Kubernetes cluster: with login rather than without, then
 * encrypted rather than not; null when none fits. Those that show a certificate of the user's own are left out: which
 * authority signed it does not stand in the resource.
 */
export function usableListener({ spec }: KubeObject): UsableListener | null {
  if (!Value.Check(KafkaSpec, spec)) return null;
  const usable = spec.kafka.listeners
    .filter(({ type }) => type === "internal" || type === "cluster-ip")
    .filter(({ authentication }) => authentication === undefined || authentication.type === "scram-sha-512")
    .filter(({ configuration }) => configuration?.brokerCertChainAndKey === undefined)
    .map(({ name, port, tls, authentication }) => ({ name, port, tls, scram: authentication !== undefined }));
  const rank = ({ tls, scram }: UsableListener) => (scram ? 2 : 0) + (tls ? 1 : 0);
  return usable.sort((a, b) => rank(b) - rank(a))[0] ?? null;
}

/** Whether a Kafka resource's brokers check the rights that a KafkaUser is given. */
export function checksRights({ spec }: KubeObject): boolean {
  if (!Value.Check(KafkaSpec, spec)) return false;
  const { authorization } = spec.kafka;
  return authorization?.type === "simple" || authorization?.supportsAdminApi === true;
}

/** `host:port` of a listener's bootstrap Service as Strimzi reports it; empty before it is there. */
export function bootstrapServers({ status }: KubeObject, listener: string): string[] {
  if (!Value.Check(KafkaStatus, status)) return [];
  const servers = status.listeners.find(({ name }) => name === listener)?.bootstrapServers ?? "";
  return servers === "" ? [] : servers.split(",");
}
