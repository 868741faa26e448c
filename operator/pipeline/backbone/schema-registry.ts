import type { SchemaRegistry } from "../../api/backbone.ts";
import type { VelibPipeline } from "../../api/velib-pipeline.ts";
import type { Connection, SchemaRegistrySection } from "../connections.ts";
import type { ObservedObjects } from "./observed-objects.ts";
import { webPeers } from "./peer-address.ts";
import { resolveSecrets } from "./secret-files.ts";
import { type FilesOf, loginFiles, tlsFiles } from "./spec-files.ts";

/** What the services show a registry, and by what they trust it. */
export function registryFiles({
  credentialsSecretRef,
  tls,
}: SchemaRegistry): FilesOf<Omit<SchemaRegistrySection, "url">> {
  const encryption = tls && tlsFiles("schema-registry", tls, "spec.schemaRegistry.tls");
  const field = "spec.schemaRegistry.credentialsSecretRef";
  const login = credentialsSecretRef && loginFiles("schema-registry", credentialsSecretRef, field);
  return {
    part: { ...(encryption && { tls: encryption.part }), ...login?.part },
    references: [...(encryption?.references ?? []), ...(login?.references ?? [])],
  };
}

/** Always a registry of the user's own; null for a pipeline without one. */
export function registryConnection(
  { spec }: VelibPipeline,
  observed: ObservedObjects,
): Connection<SchemaRegistrySection> | null {
  if (spec.schemaRegistry === undefined) return null;
  const { url } = spec.schemaRegistry;
  const { part, references } = registryFiles(spec.schemaRegistry);
  const resolved = resolveSecrets(references, observed);
  if ("state" in resolved) return resolved;
  return { state: "connected", config: { url, ...part }, secrets: resolved.files, peers: webPeers(url) };
}
