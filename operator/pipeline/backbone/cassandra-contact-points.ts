import type { Cassandra } from "../../api/backbone.ts";
import type { VelibPipeline } from "../../api/velib-pipeline.ts";
import type { CassandraSection } from "../connections.ts";
import type { ComponentPlan } from "./component-plan.ts";
import type { ObservedObjects } from "./observed-objects.ts";
import { peersAt } from "./peer-address.ts";
import { historyTtl } from "./result-retention.ts";
import { resolveSecrets } from "./secret-files.ts";
import { type FilesOf, loginFiles, tlsFiles } from "./spec-files.ts";

/** How to reach a cluster of the user's own. */
export function contactPointsFiles({
  credentialsSecretRef,
  tls,
}: Cassandra): FilesOf<Pick<CassandraSection, "tls" | "usernameFile" | "passwordFile">> {
  const encryption = tls && tlsFiles("cassandra", tls);
  const login =
    credentialsSecretRef && loginFiles("cassandra", credentialsSecretRef, "spec.cassandra.credentialsSecretRef");
  return {
    part: { ...(encryption && { tls: encryption.part }), ...login?.part },
    references: [...(encryption?.references ?? []), ...(login?.references ?? [])],
  };
}

/** A cluster of the user's own: the services make the keyspace where it is missing, and its tables. */
export function contactPointsPlan(pipeline: VelibPipeline, observed: ObservedObjects): ComponentPlan<CassandraSection> {
  const { contactPoints = [], localDataCenter = "", replication, consistency } = pipeline.spec.cassandra;
  const { part, references } = contactPointsFiles(pipeline.spec.cassandra);
  const resolved = resolveSecrets(references, observed);
  const plan = { objects: [], created: [], states: [] };
  if ("state" in resolved) return { ...plan, connection: resolved };
  return {
    ...plan,
    connection: {
      state: "connected",
      config: {
        contactPoints,
        localDataCenter,
        replication: { [localDataCenter]: replication },
        consistency,
        ...part,
        ...historyTtl(pipeline),
      },
      secrets: resolved.files,
      peers: peersAt(contactPoints, 9042),
    },
  };
}
