import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { VelibError } from "../../../core/errors.ts";
import type { SaslLogin, TlsFiles } from "./connection-settings.ts";

/** What `tls.connect` takes. */
export interface TlsMaterial {
  ca?: Buffer;
  cert?: Buffer;
  key?: Buffer;
  servername?: string;
}

/**
 * Reads the TLS files as they are now.
 * @throws VelibError VELIB_KAFKA_TLS when one can't be read, the certificate has expired, or it and the key do not fit
 */
export function readTlsFiles({ caFile, certFile, keyFile, serverName }: TlsFiles): TlsMaterial {
  const material: TlsMaterial = {};
  if (caFile !== undefined) material.ca = readSecret(caFile, "VELIB_KAFKA_TLS", "certificate authorities");
  if (certFile !== undefined && keyFile !== undefined) Object.assign(material, readPair(certFile, keyFile));
  else if (certFile !== undefined) throw unfit(`client certificate ${certFile} has no key; set keyFile too`);
  else if (keyFile !== undefined) throw unfit(`client key ${keyFile} has no certificate; set certFile too`);
  if (serverName !== undefined) material.servername = serverName;
  return material;
}

/** Looked at before they are shown: of an expired certificate a broker only says "certificate unknown". */
function readPair(certFile: string, keyFile: string): { cert: Buffer; key: Buffer } {
  // Twice, as the first time may lie between the two halves of a rotation.
  for (let last = false; ; last = true) {
    const cert = readSecret(certFile, "VELIB_KAFKA_TLS", "client certificate");
    const key = readSecret(keyFile, "VELIB_KAFKA_TLS", "client key");
    const fault = faultOf(cert, key, certFile, keyFile);
    if (fault === null) return { cert, key };
    if (last) throw fault;
  }
}

function faultOf(cert: Buffer, key: Buffer, certFile: string, keyFile: string): VelibError | null {
  try {
    const certificate = new X509Certificate(cert);
    const until = Date.parse(certificate.validTo);
    if (until < Date.now()) {
      const day = new Date(until).toISOString().slice(0, 10);
      return unfit(`client certificate ${certFile} expired on ${day}; renew it`);
    }
    if (certificate.checkPrivateKey(createPrivateKey(key))) return null;
    return unfit(`client certificate ${certFile} and key ${keyFile} are not of one pair; mount both of one renewal`);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    return unfit(`client certificate ${certFile} or key ${keyFile} can't be read (${why}); give PEM files`, cause);
  }
}

function unfit(what: string, cause?: unknown): VelibError {
  return new VelibError("VELIB_KAFKA_TLS", `Kafka: the ${what}`, { cause });
}

/**
 * Reads the password as it is now.
 * @throws VelibError VELIB_KAFKA_AUTHENTICATION when its file can't be read
 */
export function readPassword({ passwordFile }: SaslLogin): string {
  return readSecret(passwordFile, "VELIB_KAFKA_AUTHENTICATION", "password")
    .toString("utf8")
    .replace(/\r?\n$/, "");
}

function readSecret(file: string, code: "VELIB_KAFKA_TLS" | "VELIB_KAFKA_AUTHENTICATION", what: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    const reason = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
    throw new VelibError(
      code,
      `Kafka: the ${what} ${file} can't be read (${reason}); mount the file or correct its path`,
      {
        cause,
      },
    );
  }
}
