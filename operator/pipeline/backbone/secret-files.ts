import { createHash } from "node:crypto";
import Type from "typebox";
import Value from "typebox/value";
import type { KubeObject } from "../../runtime/kube-object.ts";
import { type SecretFiles, secretPath, type Waiting } from "../connections.ts";
import type { ObservedObjects } from "./observed-objects.ts";
import { secretKind } from "./partner-kinds.ts";

/** What a value has to look like; the value itself is never shown. */
export type SecretContent = "text" | "pem" | "mongodb-uri";

/** Keys of one Secret that a component needs as files. */
export interface SecretReference {
  /** Name of the folder in the pods, see `SecretFiles`. */
  readonly what: string;
  readonly secretName: string;
  readonly keys: readonly { readonly key: string; readonly content: SecretContent }[];
  /** Who makes the Secret: the user, who named it in this field of the spec, or an operator. */
  readonly origin: { readonly field: string } | { readonly operator: string };
}

const SecretData = Type.Record(Type.String(), Type.String());

const contents: Record<SecretContent, { expected: string; pattern: RegExp }> = {
  text: { expected: "a text", pattern: /\S/ },
  pem: { expected: "PEM, which begins with -----BEGIN", pattern: /-----BEGIN [A-Z ]+-----/ },
  "mongodb-uri": { expected: "a text that begins with mongodb:// or mongodb+srv://", pattern: /^mongodb(\+srv)?:\/\// },
};

/**
 * The files behind the references, in their order; or, for the first that is not complete, what is missing and the
 * remedy.
 */
export function resolveSecrets(
  references: readonly SecretReference[],
  observed: ObservedObjects,
): { readonly files: SecretFiles[] } | Waiting {
  const files: SecretFiles[] = [];
  for (const reference of references) {
    const { what, secretName } = reference;
    const secret = observed.get(secretKind, secretName);
    if (secret === null) return missingSecret(reference);
    const values = secretValues(secret);
    const problem = firstProblem(reference, values);
    if (problem !== null) return problem;

    const keys = reference.keys.map(({ key }) => key).sort();
    files.push({ what, secretName, keys, contentHash: contentHash(keys, values) });
  }
  return { files };
}

/** The decoded values of a Secret by key. */
export function secretValues(secret: KubeObject): ReadonlyMap<string, string> {
  const data = Value.Check(SecretData, secret.data) ? secret.data : {};
  return new Map(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "base64").toString("utf8")]));
}

/** Path in the pods of a reference's only or named key. */
export function fileOf({ what }: SecretReference, key: string): string {
  return secretPath(what, key);
}

function missingSecret({ secretName, keys, origin }: SecretReference): Waiting {
  if ("operator" in origin) {
    const message = `Secret ${secretName} is not there yet: ${origin.operator} makes it`;
    return { state: "waiting", reason: "Provisioning", message };
  }
  const names = keys.map(({ key }) => key).join(", ");
  const message = `Secret ${secretName} (${origin.field}) is missing: create it with ${names}`;
  return { state: "waiting", reason: "SecretMissing", message };
}

function firstProblem(reference: SecretReference, values: ReadonlyMap<string, string>): Waiting | null {
  const { secretName, keys, origin } = reference;
  for (const { key, content } of keys) {
    const value = values.get(key);
    const { expected, pattern } = contents[content];
    if (value !== undefined && pattern.test(value)) continue;
    if (value === undefined && "operator" in origin) return missingSecret(reference);

    const where = "field" in origin ? `Secret ${secretName} (${origin.field})` : `Secret ${secretName}`;
    const others = values.size === 0 ? "no key at all" : [...values.keys()].sort().join(", ");
    const problem = value === undefined ? `has no key ${key}, but ${others}` : `holds no usable ${key}`;
    const message = `${where} ${problem}: expected ${expected}; put it in`;
    return { state: "waiting", reason: "SecretKeyMissing", message };
  }
  return null;
}

function contentHash(keys: readonly string[], values: ReadonlyMap<string, string>): string {
  const hash = createHash("sha256");
  for (const key of keys) {
    const value = values.get(key) ?? "";
    // With their lengths, so that a byte that moves from one value to the next is a change.
    hash.update(`${key.length}:${key}${value.length}:${value}`);
  }
  return hash.digest("hex");
}
