import type { Source, Zones } from "../../api/sources.ts";
import type { Users } from "../../api/users.ts";
import { pipelinePrefix, type VelibPipeline } from "../../api/velib-pipeline.ts";
import type { BackboneComponent, BackboneConnections, Connection, SecretFiles } from "../connections.ts";
import { type Held, hashKeyPath, tokensPath, zonesPath } from "./references.ts";
import type { Shard } from "./shards.ts";
import { sourceDocument } from "./source-document.ts";
import type { WorkloadComponent } from "./workload-names.ts";

/** Port of every process: API or probes, and metrics. */
export const httpPort = 8080;

/** Which processes there are: those of the pipeline, and the trainer of its models. */
export type ConfiguredProcess = WorkloadComponent | "trainer";

/** The configuration file of a process, with the Secrets behind the files it names. */
export interface ServiceConfig {
  /** JSON, which `--config` reads as the YAML it is. */
  readonly text: string;
  readonly secrets: readonly SecretFiles[];
}

/** The outside systems that a process talks to; `kafka` is required by the file's schema. */
export const backboneOf: Record<ConfiguredProcess, readonly BackboneComponent[]> = {
  producer: ["kafka", "schemaRegistry"],
  aggregator: ["kafka", "mongodb", "schemaRegistry"],
  archiver: ["kafka", "cassandra", "schemaRegistry"],
  api: ["kafka", "mongodb"],
  batch: ["kafka", "cassandra"],
  trainer: ["kafka", "mongodb", "cassandra"],
};

/**
 * The configuration file of one process of a pipeline (`BackboneConfig` of services/config), or why there can't be one
 * yet. It holds just the sections that this process reads, so that an edit restarts only those who heed it.
 */
export function serviceConfig(
  pipeline: VelibPipeline,
  process: ConfiguredProcess,
  shard: Shard | null,
  connections: BackboneConnections,
): ServiceConfig | Held {
  const document: Record<string, unknown> = {
    pipeline: pipelinePrefix(pipeline),
    http: { host: "0.0.0.0", port: httpPort, ...(process === "api" ? readers(pipeline) : {}) },
    ...ownSections(pipeline, process, shard),
  };
  const secrets: SecretFiles[] = [];
  for (const name of backboneOf[process]) {
    const connection: Connection<unknown> | undefined = connections[name];
    if (connection === undefined) continue;
    if (connection.state === "waiting") return { reason: connection.reason, message: connection.message };
    document[name] = connection.config;
    secrets.push(...connection.secrets);
  }
  return { text: `${JSON.stringify(document, null, 2)}\n`, secrets };
}

function ownSections(
  { spec }: VelibPipeline,
  process: ConfiguredProcess,
  shard: Shard | null,
): Record<string, unknown> {
  const { aggregation, polling, users, zones, batch } = spec;
  const deduplication = { keyframeInterval: polling.keyframeInterval };
  switch (process) {
    case "producer":
      return {
        sources: (shard?.sources ?? []).map(sourceDocument),
        ...(zones === undefined ? {} : { zones: zonesDocument(zones) }),
        deduplication,
        ...(users === undefined || shard?.withUsers !== true ? {} : { users: usersDocument(users) }),
      };
    case "aggregator":
      return { aggregation: { window: aggregation.window, allowedLateness: aggregation.allowedLateness } };
    case "archiver":
      // It writes what the producer has filtered already: the section only says that there are users.
      return users === undefined ? {} : { users: { randomUser: { url: users.randomUser.url } } };
    case "api":
      return { sources: spec.sources.map(described).map(sourceDocument) };
    case "batch":
      return {
        deduplication,
        ...(batch === undefined ? {} : { batch: { timeZone: batch.timeZone, reports: batch.reports ?? [] } }),
      };
    case "trainer":
      return { deduplication };
  }
}

function readers({ spec }: VelibPipeline): Record<string, unknown> {
  return spec.api.authentication === undefined ? {} : { authentication: { bearerTokensFolder: tokensPath() } };
}

/** What the API tells of a source by its configuration; how long it holds stands in the results. */
function described({ hold: _hold, ...source }: Source): Source {
  const { opendatasoft, gbfs } = source;
  if (opendatasoft !== undefined) return { ...source, opendatasoft: { ...opendatasoft, authentication: undefined } };
  if (gbfs !== undefined) return { ...source, gbfs: { ...gbfs, authentication: undefined } };
  return source;
}

function zonesDocument({ by, geojson, h3 }: Zones): Record<string, unknown> {
  if (by !== undefined) return { by: by.toLowerCase() };
  if (geojson !== undefined) {
    return { geojson: { path: zonesPath(geojson.configMapRef.key), nameProperty: geojson.nameProperty } };
  }
  return { h3 };
}

function usersDocument({ randomUser, personalData }: Users): Record<string, unknown> {
  const { email, phone, address, hashKeySecretKeyRef: key } = personalData;
  return {
    randomUser,
    personalData: {
      email: email.toLowerCase(),
      phone: phone.toLowerCase(),
      address: address.toLowerCase(),
      ...(key === undefined ? {} : { hashKeyFile: hashKeyPath(key.key) }),
    },
  };
}
