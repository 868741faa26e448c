import type { Cassandra, Kafka } from "../../api/backbone.ts";
import type { TlsFiles } from "../connections.ts";
import { fileOf, type SecretContent, type SecretReference } from "./secret-files.ts";

/** A part of a section of the configuration, and the Secrets behind the files it names. */
export interface FilesOf<Part> {
  readonly part: Part;
  readonly references: readonly SecretReference[];
}

type Tls = NonNullable<Kafka["tls"]>;
type Credentials = NonNullable<Cassandra["credentialsSecretRef"]>;

/** One key of a Secret that the spec names in `field`. */
export function specReference(
  what: string,
  { name, key }: { name: string; key: string },
  content: SecretContent,
  field: string,
): SecretReference {
  return { what, secretName: name, keys: [{ key, content }], origin: { field } };
}

/** `tls` of a component, which is also the first part of the folders' names; the spec names it in `section`. */
export function tlsFiles(
  component: string,
  { caSecretKeyRef, certificateSecretRef }: Tls,
  section = `spec.${component}.tls`,
): FilesOf<TlsFiles> {
  const references: SecretReference[] = [];
  const part: { caFile?: string; certFile?: string; keyFile?: string } = {};
  if (caSecretKeyRef !== undefined) {
    const ca = specReference(`${component}-ca`, caSecretKeyRef, "pem", `${section}.caSecretKeyRef`);
    references.push(ca);
    part.caFile = fileOf(ca, caSecretKeyRef.key);
  }
  if (certificateSecretRef !== undefined) {
    // The keys of a Secret of type kubernetes.io/tls.
    const certificate: SecretReference = {
      what: `${component}-certificate`,
      secretName: certificateSecretRef.name,
      keys: [
        { key: "tls.crt", content: "pem" },
        { key: "tls.key", content: "pem" },
      ],
      origin: { field: `${section}.certificateSecretRef` },
    };
    references.push(certificate);
    part.certFile = fileOf(certificate, "tls.crt");
    part.keyFile = fileOf(certificate, "tls.key");
  }
  return { part, references };
}

/** User name and password from one Secret that the spec names in `field`. */
export function loginFiles(
  component: string,
  { name, usernameKey, passwordKey }: Credentials,
  field: string,
): FilesOf<{ usernameFile: string; passwordFile: string }> {
  const login: SecretReference = {
    what: `${component}-login`,
    secretName: name,
    keys: [
      { key: usernameKey, content: "text" },
      { key: passwordKey, content: "text" },
    ],
    origin: { field },
  };
  const part = { usernameFile: fileOf(login, usernameKey), passwordFile: fileOf(login, passwordKey) };
  return { part, references: [login] };
}
