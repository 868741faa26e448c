import Type from "typebox";
import Value from "typebox/value";
import type { VelibPipeline } from "../../api/velib-pipeline.ts";
import type { KubeObject, ResourceType } from "../../runtime/kube-object.ts";
import type { ObservedObjects } from "../backbone/observed-objects.ts";
import { secretKind } from "../backbone/partner-kinds.ts";
import { resolveSecrets, type SecretReference, secretValues } from "../backbone/secret-files.ts";
import { type SecretFiles, secretPath, secretsFolder, type WaitingReason } from "../connections.ts";
import { digest } from "./digest.ts";
import { effectiveTemplate } from "./effective-template.ts";
import type { Shard } from "./shards.ts";
import { sourceSecrets } from "./source-document.ts";
import type { WorkloadComponent } from "./workload-names.ts";

/** Why a component can't be started or changed now: what the backbone waits for, or an object that its spec names. */
export type HeldReason = WaitingReason | "ConfigMapMissing" | "ConfigMapKeyMissing";

/** What holds a component, with the name of what is missing and the remedy. */
export interface Held {
  readonly reason: HeldReason;
  readonly message: string;
}

/** Keys of a ConfigMap that a pod needs as files. */
export interface ConfigMapFiles {
  readonly what: string;
  readonly configMapName: string;
  readonly keys: readonly string[];
}

/** What a pod takes from Secrets and ConfigMaps that the spec names, beside those of the backbone. */
export interface PodReferences {
  readonly secrets: readonly SecretFiles[];
  readonly configMaps: readonly ConfigMapFiles[];
  /** Changes exactly when something of a Secret does that comes by an environment variable. */
  readonly secretEnvHash: string;
  /** Changes exactly when another ConfigMap is named, or the content of one does that comes by an environment variable. */
  readonly configMapHash: string;
}

export const configMapKind: ResourceType = {
  apiVersion: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  namespaced: true,
};

/** Folder of the polygons of zones, mounted from the user's ConfigMap. */
const zonesFolder = "/etc/velib/zones";
const zonesVolume = "zones";
const usersVolume = "users-hash-key";
const tokensVolume = "api-tokens";

const ConfigMapData = Type.Record(Type.String(), Type.String());

/**
 * What a component's pods take from the objects that the spec names; or what is missing.
 * @param shard what a producer polls
 */
export function resolveReferences(
  pipeline: VelibPipeline,
  component: WorkloadComponent,
  shard: Shard | null,
  observed: ObservedObjects,
): PodReferences | Held {
  const tokens = component === "api" ? tokensReference(pipeline, observed) : null;
  if (tokens !== null && "reason" in tokens) return tokens;
  const { sources = [], withUsers = false } = shard ?? {};
  const producing = [...sources.flatMap(sourceSecrets), ...usersKey(pipeline, withUsers)];
  const mounted = resolveSecrets([...producing, ...(tokens === null ? [] : [tokens])], observed);
  if ("state" in mounted) return { reason: mounted.reason, message: mounted.message };

  const { env = [] } = effectiveTemplate(pipeline, component);
  const inSecrets = env.flatMap(({ name, valueFrom }) =>
    valueFrom?.secretKeyRef === undefined ? [] : [envSecret(component, name, valueFrom.secretKeyRef)],
  );
  const fromSecrets = resolveSecrets(inSecrets, observed);
  if ("state" in fromSecrets) return { reason: fromSecrets.reason, message: fromSecrets.message };

  const zones = component === "producer" ? zonesReference(pipeline) : [];
  const inConfigMaps = env.flatMap(({ name, valueFrom }) => {
    const { configMapKeyRef: ref } = valueFrom ?? {};
    return ref === undefined ? [] : [{ ...ref, field: `spec.template.${component}.env[${name}]` }];
  });
  const values: string[] = [];
  for (const reference of zones) {
    const value = configMapValue(reference, observed);
    if (typeof value !== "string") return value;
    // the producers read other polygons while they run: only another file is a reason to start anew
    values.push(reference.name, reference.key);
  }
  for (const reference of inConfigMaps) {
    const value = configMapValue(reference, observed);
    if (typeof value !== "string") return value;
    values.push(reference.name, reference.key, value);
  }
  return {
    secrets: mounted.files,
    configMaps: zones.map(({ name, key }) => ({ what: zonesVolume, configMapName: name, keys: [key] })),
    secretEnvHash: digest(fromSecrets.files.map(({ contentHash }) => contentHash)),
    configMapHash: digest(values),
  };
}

/** Path in the pods of the polygons that zones are made of. */
export function zonesPath(key: string): string {
  return `${zonesFolder}/${key}`;
}

/** Where a ConfigMap's keys are mounted. */
export function configMapFolder(what: string): string {
  return `/etc/velib/${what}`;
}

/** Path in the pods of the key of hashes of personal data. */
export function hashKeyPath(key: string): string {
  return secretPath(usersVolume, key);
}

/** Folder in the pods with a file for each reader of the API. */
export function tokensPath(): string {
  return `${secretsFolder}/${tokensVolume}`;
}

interface ConfigMapKey {
  name: string;
  key: string;
  field: string;
}

function zonesReference({ spec }: VelibPipeline): ConfigMapKey[] {
  const reference = spec.zones?.geojson?.configMapRef;
  return reference === undefined ? [] : [{ ...reference, field: "spec.zones.geojson.configMapRef" }];
}

function usersKey({ spec }: VelibPipeline, withUsers: boolean): SecretReference[] {
  const reference = spec.users?.personalData.hashKeySecretKeyRef;
  if (reference === undefined || !withUsers) return [];
  return [
    {
      what: usersVolume,
      secretName: reference.name,
      keys: [{ key: reference.key, content: "text" }],
      origin: { field: "spec.users.personalData.hashKeySecretKeyRef" },
    },
  ];
}

/** All keys of the Secret with the readers' tokens: it may have any. */
function tokensReference({ spec }: VelibPipeline, observed: ObservedObjects): SecretReference | Held | null {
  const secretName = spec.api.authentication?.bearerTokens.secretRef.name;
  if (secretName === undefined) return null;
  const field = "spec.api.authentication.bearerTokens.secretRef";
  const secret = observed.get(secretKind, secretName);
  const keys = secret === null ? [] : [...secretValues(secret).keys()].sort();
  if (secret !== null && keys.length === 0) {
    const message = `Secret ${secretName} (${field}) has no key: nobody could read; add a key for each reader`;
    return { reason: "SecretKeyMissing", message };
  }
  return {
    what: tokensVolume,
    secretName,
    keys:
      keys.length === 0
        ? [{ key: "a key for each reader", content: "text" }]
        : keys.map((key) => ({ key, content: "text" })),
    origin: { field },
  };
}

function envSecret(
  component: WorkloadComponent,
  variable: string,
  ref: { name: string; key: string },
): SecretReference {
  return {
    what: variable,
    secretName: ref.name,
    keys: [{ key: ref.key, content: "text" }],
    origin: { field: `spec.template.${component}.env[${variable}]` },
  };
}

function configMapValue({ name, key, field }: ConfigMapKey, observed: ObservedObjects): string | Held {
  const configMap = observed.get(configMapKind, name);
  if (configMap === null) {
    return { reason: "ConfigMapMissing", message: `ConfigMap ${name} (${field}) is missing: create it with ${key}` };
  }
  const data = dataOf(configMap);
  const value = data[key];
  if (value !== undefined) return value;
  const others = Object.keys(data).length === 0 ? "no key at all" : Object.keys(data).sort().join(", ");
  const message = `ConfigMap ${name} (${field}) has no key ${key}, but ${others}; put it in`;
  return { reason: "ConfigMapKeyMissing", message };
}

function dataOf(configMap: KubeObject): Record<string, string> {
  return Value.Check(ConfigMapData, configMap.data) ? configMap.data : {};
}
