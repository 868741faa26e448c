import Type from "typebox";
import Value from "typebox/value";
import type { ModelTraining } from "../api/model-training.ts";
import type { ObservedObjects } from "../pipeline/backbone/observed-objects.ts";
import { resolveSecrets, type SecretReference } from "../pipeline/backbone/secret-files.ts";
import { configMapKind, type Held } from "../pipeline/workloads/references.ts";

interface ConfigMapReference {
  readonly name: string;
  readonly key: string;
  readonly field: string;
}

/** Keys that variables of the training's pods are taken from. */
export function environmentReferences({ spec }: ModelTraining): {
  secrets: SecretReference[];
  configMaps: ConfigMapReference[];
} {
  const secrets: SecretReference[] = [];
  const configMaps: ConfigMapReference[] = [];
  for (const { name, valueFrom } of spec.template?.env ?? []) {
    const field = `spec.template.env[${name}]`;
    const { secretKeyRef, configMapKeyRef } = valueFrom ?? {};
    if (secretKeyRef !== undefined) {
      const keys = [{ key: secretKeyRef.key, content: "text" as const }];
      secrets.push({ what: name, secretName: secretKeyRef.name, keys, origin: { field } });
    }
    if (configMapKeyRef !== undefined) configMaps.push({ ...configMapKeyRef, field });
  }
  return { secrets, configMaps };
}

const ConfigMapData = Type.Record(Type.String(), Type.String());

/** What is missing of these keys, with the remedy: a pod without them would not start, and say so nowhere. */
export function missingEnvironment(training: ModelTraining, observed: ObservedObjects): Held | null {
  const { secrets, configMaps } = environmentReferences(training);
  const resolved = resolveSecrets(secrets, observed);
  if ("state" in resolved) return { reason: resolved.reason, message: resolved.message };
  for (const { name, key, field } of configMaps) {
    const configMap = observed.get(configMapKind, name);
    if (configMap === null) {
      return { reason: "ConfigMapMissing", message: `ConfigMap ${name} (${field}) is missing: create it with ${key}` };
    }
    const data = Value.Check(ConfigMapData, configMap.data) ? configMap.data : {};
    if (data[key] === undefined) {
      return { reason: "ConfigMapKeyMissing", message: `ConfigMap ${name} (${field}) has no key ${key}; put it in` };
    }
  }
  return null;
}
