import type { VelibPipeline } from "../../api/velib-pipeline.ts";
import { isTerminating, type KubeObject } from "../../runtime/kube-object.ts";
import type { Connection, KafkaSection, Waiting } from "../connections.ts";
import { backboneNames, clusterAuthority, namespaceOf } from "./backbone-names.ts";
import { firstWaiting } from "./component-plan.ts";
import { bootstrapServers, type UsableListener } from "./kafka-listener.ts";
import { topicSettings } from "./kafka-topics.ts";
import type { ObservedObjects } from "./observed-objects.ts";
import type { PartnerState } from "./partner-status.ts";
import { fileOf, resolveSecrets, type SecretReference } from "./secret-files.ts";

/** A Strimzi cluster as a pipeline finds it. */
export interface FoundCluster {
  readonly name: string;
  /** The Kafka resource; null when it is not there. */
  readonly live: KubeObject | null;
  readonly state: PartnerState;
  readonly listener: UsableListener | null;
  /** Of the pipeline's topics and user on it. */
  readonly settings: readonly PartnerState[];
}

/**
 * Connected once the listener is up, and the topics and the user are as the spec asks: the services refuse topics that
 * differ from their configuration. The state of the cluster itself does not count from then on; a broker that rolls
 * does not take the address away.
 */
export function connectCluster(
  pipeline: VelibPipeline,
  observed: ObservedObjects,
  { name, live, state, listener, settings }: FoundCluster,
): Connection<KafkaSection> {
  if ((live === null || isTerminating(live)) && state.state === "waiting") return state;
  if (listener === null) return listenerMissing(name);
  const servers = live === null ? [] : bootstrapServers(live, listener.name);
  if (servers.length === 0) return state.state === "waiting" ? state : addressMissing(name, listener);
  const unready = firstWaiting(settings);
  if (unready !== null) return unready;

  const ca = authorityOf(name, listener);
  const login = loginOf(pipeline, listener);
  const resolved = resolveSecrets(
    [ca, login].flatMap((reference) => reference ?? []),
    observed,
  );
  if ("state" in resolved) return resolved;
  const authentication = login && {
    mechanism: "scram-sha-512" as const,
    username: login.secretName,
    passwordFile: fileOf(login, "password"),
  };
  return {
    state: "connected",
    config: {
      bootstrapServers: servers,
      ...topicSettings(pipeline),
      ...(ca === null ? {} : { tls: { caFile: fileOf(ca, "ca.crt") } }),
      ...(authentication === null ? {} : { authentication }),
    },
    secrets: resolved.files,
    peers: [
      {
        port: listener.port,
        pods: {
          namespace: namespaceOf(pipeline),
          labels: { "strimzi.io/cluster": name, "strimzi.io/name": `${name}-kafka` },
        },
      },
    ],
  };
}

/** Strimzi keeps the certificates of a cluster's authority in a Secret beside it. */
function authorityOf(cluster: string, { tls }: UsableListener): SecretReference | null {
  if (!tls) return null;
  return {
    what: "kafka-ca",
    secretName: clusterAuthority(cluster),
    keys: [{ key: "ca.crt", content: "pem" }],
    origin: { operator: "the Strimzi operator" },
  };
}

/** The Secret of a KafkaUser is called as the user is, and so is the user at login. */
function loginOf(pipeline: VelibPipeline, { scram }: UsableListener): SecretReference | null {
  if (!scram) return null;
  return {
    what: "kafka-login",
    secretName: backboneNames(pipeline).kafkaUser,
    keys: [{ key: "password", content: "text" }],
    origin: { operator: "Strimzi's User Operator" },
  };
}

function listenerMissing(cluster: string): Waiting {
  const message = `Kafka ${cluster} has no listener for the services: add one of type internal with the cluster's own certificate and authentication scram-sha-512, or without authentication`;
  return { state: "waiting", reason: "ListenerMissing", message };
}

function addressMissing(cluster: string, { name }: UsableListener): Waiting {
  const message = `Kafka ${cluster}: Strimzi has not reported the address of listener ${name} yet`;
  return { state: "waiting", reason: "Provisioning", message };
}
