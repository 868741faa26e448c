/**
 * What the pods of a pipeline need in order to reach its log, its stores and its registry: the sections of the
 * services' configuration file and the Secrets behind the files these sections name.
 */

/** Folder of all mounted Secrets; a key stands at `/etc/velib/secrets/<what>/<key>`. */
export const secretsFolder = "/etc/velib/secrets";

/** Outside systems of a pipeline, as they are called in its spec and in the services' configuration file. */
export const backboneComponents = ["kafka", "mongodb", "cassandra", "schemaRegistry"] as const;
export type BackboneComponent = (typeof backboneComponents)[number];

/**
 * Why a component can't be used yet: the closed list of reasons of the conditions KafkaReady, MongodbReady,
 * CassandraReady and SchemaRegistryReady while they are False.
 */
export const waitingReasons = [
  /** The partner's CustomResourceDefinition is not installed. */
  "CrdMissing",
  /** A Secret that the spec refers to is not there. */
  "SecretMissing",
  /** The Secret is there without a key that is needed, or the key is empty or unusable. */
  "SecretKeyMissing",
  /** An existing cluster that the spec refers to is not there. */
  "ClusterMissing",
  /** The existing cluster has no listener that the services can use. */
  "ListenerMissing",
  /** A service account that the partner's pods run under is not there. */
  "ServiceAccountMissing",
  /** The name of an object is taken by one that the operator did not make for this pipeline. */
  "NotOurs",
  /** The partner's operator has not reported anything about the object: not running, or not watching the namespace. */
  "OperatorSilent",
  /** The partner's operator works on the object. */
  "Provisioning",
  /** Somebody told the partner's operator to leave the object alone. */
  "PartnerPaused",
  /** The partner's operator reports a failure. */
  "PartnerFailed",
  /** The object is being deleted. */
  "Terminating",
] as const;
export type WaitingReason = (typeof waitingReasons)[number];

/** Keys of one Secret that a pod needs as files. */
export interface SecretFiles {
  /** Name of the folder under `secretsFolder` and of the pod's volume: a DNS label, once per pipeline. */
  readonly what: string;
  readonly secretName: string;
  /** Keys in alphabetical order; each becomes `/etc/velib/secrets/<what>/<key>`. */
  readonly keys: readonly string[];
  /**
   * SHA-256 (hex) over the keys and their values: changes exactly when the mounted content does. The services read a
   * password anew for each connection or at their start, so a pod template that carries it rolls on a rotation.
   */
  readonly contentHash: string;
}

/** Where a component is reached, for the network policies. */
export interface NetworkPeer {
  /** TCP port. */
  readonly port: number;
  /** Namespace and labels of the pods that listen there; absent when they are outside the cluster or unknown. */
  readonly pods?: { readonly namespace: string; readonly labels: Readonly<Record<string, string>> };
}

/** A component that can be used now. */
export interface Connected<Section> {
  readonly state: "connected";
  /** The section of the services' configuration file, named as the component. */
  readonly config: Section;
  readonly secrets: readonly SecretFiles[];
  readonly peers: readonly NetworkPeer[];
}

/**
 * A component that can't be used, or whose new settings are not in force yet. What runs with the settings before is
 * left as it is: neither rolled nor pruned.
 */
export interface Waiting {
  readonly state: "waiting";
  readonly reason: WaitingReason;
  /** What is missing (object, Secret, key or CRD by name) and the remedy; no relative times, so that it does not flap. */
  readonly message: string;
}

export type Connection<Section> = Connected<Section> | Waiting;

export interface TlsFiles {
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
}

/** `kafka` of the services' configuration file. */
export interface KafkaSection {
  readonly bootstrapServers: readonly string[];
  readonly partitions: number;
  readonly replication: number;
  readonly minInsyncReplicas: number;
  /** A duration such as `7d`. */
  readonly retention: string;
  readonly usersRetention?: string;
  readonly deadLettersRetention?: string;
  readonly tls?: TlsFiles;
  readonly authentication?: {
    readonly mechanism: "scram-sha-512" | "scram-sha-256" | "plain";
    readonly username?: string;
    readonly usernameFile?: string;
    readonly passwordFile: string;
  };
}

/** `mongodb` of the services' configuration file: `uri` or `uriFile`, never both. */
export interface MongodbSection {
  readonly uri?: string;
  readonly uriFile?: string;
  readonly database?: string;
  readonly username?: string;
  readonly passwordFile?: string;
  readonly windowsTtl?: string;
  readonly tls?: { readonly caFile?: string; readonly certificateKeyFile?: string };
}

/** `cassandra` of the services' configuration file. */
export interface CassandraSection {
  readonly contactPoints: readonly string[];
  readonly localDataCenter: string;
  readonly keyspace?: string;
  readonly replication?: Readonly<Record<string, number>>;
  readonly consistency?: "LOCAL_QUORUM" | "LOCAL_ONE";
  readonly username?: string;
  readonly usernameFile?: string;
  readonly passwordFile?: string;
  readonly historyTtl?: string;
  readonly tls?: TlsFiles;
}

/** `schemaRegistry` of the services' configuration file. */
export interface SchemaRegistrySection {
  readonly url: string;
  readonly usernameFile?: string;
  readonly passwordFile?: string;
  readonly tls?: TlsFiles;
}

/** Each component of a pipeline, connected or waiting; the registry only where the spec names one. */
export interface BackboneConnections {
  readonly kafka: Connection<KafkaSection>;
  readonly mongodb: Connection<MongodbSection>;
  readonly cassandra: Connection<CassandraSection>;
  readonly schemaRegistry?: Connection<SchemaRegistrySection>;
}

/** Path in the pods of one key of a mounted Secret. */
export function secretPath(what: string, key: string): string {
  return `${secretsFolder}/${what}/${key}`;
}
