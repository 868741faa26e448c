import type { Mongodb } from "../../api/backbone.ts";
import type { VelibPipeline } from "../../api/velib-pipeline.ts";
import type { MongodbSection } from "../connections.ts";
import type { ComponentPlan } from "./component-plan.ts";
import type { ObservedObjects } from "./observed-objects.ts";
import { secretKind } from "./partner-kinds.ts";
import { mongodbServers, peersAt } from "./peer-address.ts";
import { windowsTtl } from "./result-retention.ts";
import { fileOf, resolveSecrets, type SecretReference, secretValues } from "./secret-files.ts";
import { type FilesOf, specReference } from "./spec-files.ts";

/** How to reach a replica set of the user's own. */
export function connectionStringFiles({
  connectionSecretRef,
  tls,
}: Mongodb): FilesOf<Pick<MongodbSection, "uriFile" | "tls">> {
  const references: SecretReference[] = [];
  const part: { uriFile?: string; tls?: { caFile?: string; certificateKeyFile?: string } } = {};
  const add = (what: string, key: { name: string; key: string }, content: "pem" | "mongodb-uri", field: string) => {
    const reference = specReference(`mongodb-${what}`, key, content, `spec.mongodb.${field}`);
    references.push(reference);
    return fileOf(reference, key.key);
  };
  if (connectionSecretRef !== undefined) {
    part.uriFile = add("connection", connectionSecretRef, "mongodb-uri", "connectionSecretRef");
  }
  if (tls === undefined) return { part, references };
  part.tls = {};
  const { caSecretKeyRef, certificateKeySecretKeyRef } = tls;
  if (caSecretKeyRef !== undefined) part.tls.caFile = add("ca", caSecretKeyRef, "pem", "tls.caSecretKeyRef");
  if (certificateKeySecretKeyRef !== undefined) {
    part.tls.certificateKeyFile = add(
      "certificate",
      certificateKeySecretKeyRef,
      "pem",
      "tls.certificateKeySecretKeyRef",
    );
  }
  return { part, references };
}

/** A replica set of the user's own: nothing is made. */
export function connectionStringPlan(
  pipeline: VelibPipeline,
  observed: ObservedObjects,
): ComponentPlan<MongodbSection> {
  const { part, references } = connectionStringFiles(pipeline.spec.mongodb);
  const resolved = resolveSecrets(references, observed);
  const plan = { objects: [], created: [], states: [] };
  if ("state" in resolved) return { ...plan, connection: resolved };
  return {
    ...plan,
    connection: {
      state: "connected",
      config: { ...part, ...windowsTtl(pipeline) },
      secrets: resolved.files,
      peers: peersAt(mongodbServers(connectionString(pipeline, observed)), 27017),
    },
  };
}

function connectionString({ spec }: VelibPipeline, observed: ObservedObjects): string {
  const { connectionSecretRef } = spec.mongodb;
  if (connectionSecretRef === undefined) return "";
  const secret = observed.get(secretKind, connectionSecretRef.name);
  return (secret && secretValues(secret).get(connectionSecretRef.key)) ?? "";
}
