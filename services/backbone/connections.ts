import { readFileSync } from "node:fs";
import type { CassandraOptions } from "../../adapters/cassandra/options.ts";
import type { ConnectionSettings, SaslLogin } from "../../adapters/kafka/client/connection-settings.ts";
import type { MongodbOptions } from "../../adapters/mongodb/options.ts";
import type { RegistryOptions } from "../../adapters/schema-registry/registry-schemas.ts";
import { VelibError } from "../../core/errors.ts";
import { durationMs } from "../../core/time/duration.ts";
import type { BackboneConfig } from "../config/backbone-config.ts";

/**
 * How to reach Kafka, from the configuration.
 * @throws VelibError VELIB_CONFIG_UNREADABLE for the file of the user name
 */
export function kafkaConnection({ pipeline, kafka }: BackboneConfig, service: string): ConnectionSettings {
  const { bootstrapServers, tls, authentication } = kafka;
  return {
    brokers: bootstrapServers,
    clientId: `velib-${pipeline}-${service}`,
    ...(tls === undefined ? {} : { tls }),
    ...(authentication === undefined ? {} : { sasl: saslLogin(authentication) }),
  };
}

function saslLogin(authentication: NonNullable<BackboneConfig["kafka"]["authentication"]>): SaslLogin {
  const { mechanism, passwordFile } = authentication;
  return { mechanism, username: userName("kafka.authentication", authentication) ?? "", passwordFile };
}

/** The user name of a section, from itself or from its file; undefined where it names none. */
function userName(section: string, given: { username?: string; usernameFile?: string }): string | undefined {
  const { username, usernameFile } = given;
  return usernameFile === undefined ? username : fileOf(`${section}.usernameFile`, usernameFile);
}

/**
 * How to reach the schema registry, from its section of the configuration.
 * @throws VelibError VELIB_CONFIG_UNREADABLE for its files, VELIB_CONFIG_INVALID for `tls` of an http address
 */
export function registryOptions(section: NonNullable<BackboneConfig["schemaRegistry"]>): RegistryOptions {
  const { url, passwordFile, tls } = section;
  if (tls !== undefined && !url.startsWith("https:")) {
    const message = `schemaRegistry.tls: the address ${url} is without TLS; give one with https, or leave tls out`;
    throw new VelibError("VELIB_CONFIG_INVALID", message);
  }
  const username = userName("schemaRegistry", section);
  const password = () => (passwordFile === undefined ? "" : fileOf("schemaRegistry.passwordFile", passwordFile));
  return {
    url,
    ...(username === undefined ? {} : { auth: { username, password } }),
    ...(tls === undefined ? {} : { tls }),
  };
}

/** @throws VelibError VELIB_CONFIG_INVALID without a `mongodb` section, VELIB_CONFIG_UNREADABLE for its files */
export function mongodbOptions(config: BackboneConfig, service: string): MongodbOptions {
  const { pipeline, mongodb } = config;
  if (mongodb === undefined) throw missing("mongodb", service);
  const { uri, uriFile, database, passwordFile, tls, windowsTtl } = mongodb;
  const username = userName("mongodb", mongodb);
  return {
    uri: uriFile === undefined ? (uri ?? "") : fileOf("mongodb.uriFile", uriFile),
    database: database ?? pipeline,
    ...(windowsTtl === undefined ? {} : { windowsTtlSeconds: durationMs(windowsTtl) / 1000 }),
    ...(username === undefined ? {} : { username }),
    ...(passwordFile === undefined ? {} : { password: fileOf("mongodb.passwordFile", passwordFile) }),
    ...(tls === undefined ? {} : { tls }),
  };
}

/** @throws VelibError VELIB_CONFIG_INVALID without a `cassandra` section, VELIB_CONFIG_UNREADABLE for its files */
export function cassandraOptions(config: BackboneConfig, service: string): CassandraOptions {
  const { pipeline, cassandra } = config;
  if (cassandra === undefined) throw missing("cassandra", service);
  const { contactPoints, localDataCenter, keyspace, replication, consistency } = cassandra;
  const { passwordFile, tls, historyTtl } = cassandra;
  const username = userName("cassandra", cassandra);
  return {
    contactPoints,
    localDataCenter,
    keyspace: keyspace ?? pipeline.replaceAll("-", "_"),
    consistency,
    ...(replication === undefined ? {} : { replication }),
    ...(historyTtl === undefined ? {} : { historyTtlSeconds: durationMs(historyTtl) / 1000 }),
    ...(username === undefined ? {} : { username }),
    ...(passwordFile === undefined ? {} : { password: fileOf("cassandra.passwordFile", passwordFile) }),
    ...(tls === undefined ? {} : { tls }),
  };
}

/** The content of a file of the configuration; a line break at its end does not count. */
export function fileOf(field: string, path: string): string {
  try {
    return readFileSync(path, "utf8").replace(/\r?\n$/, "");
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new VelibError("VELIB_CONFIG_UNREADABLE", `${field} ${path}: ${why}; give a readable file`, { cause });
  }
}

function missing(section: string, service: string): VelibError {
  return new VelibError(
    "VELIB_CONFIG_INVALID",
    `${section}: missing, velib ${service} needs it; see docs/reference/configuration.md`,
  );
}
