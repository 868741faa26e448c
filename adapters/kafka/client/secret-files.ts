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
 * @throws VelibError VELIB_KAFKA_TLS when one can't be read
 */
export function readTlsFiles({ caFile, certFile, keyFile, serverName }: TlsFiles): TlsMaterial {
  const material: TlsMaterial = {};
  if (caFile !== undefined) material.ca = readSecret(caFile, "VELIB_KAFKA_TLS", "certificate authorities");
  if (certFile !== undefined) material.cert = readSecret(certFile, "VELIB_KAFKA_TLS", "client certificate");
  if (keyFile !== undefined) material.key = readSecret(keyFile, "VELIB_KAFKA_TLS", "client key");
  if (serverName !== undefined) material.servername = serverName;
  return material;
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
