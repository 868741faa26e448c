import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { type ErrorCode, VelibError } from "../../core/errors.ts";

/** PEM files. With `certFile` and `keyFile` the client shows a certificate of its own (mTLS). */
export interface TlsFiles {
  /** Authorities to trust; those of the operating system when absent. */
  caFile?: string;
  certFile?: string;
  /** May be the same file as `certFile`. */
  keyFile?: string;
  /** The name that the servers' certificates bear, when it is not the host's. */
  serverName?: string;
}

/** What `tls.connect` takes. */
export interface TlsMaterial {
  ca?: Buffer;
  cert?: Buffer;
  key?: Buffer;
  servername?: string;
}

/** Whose connection the files are for: what errors are called by. */
export interface TlsServer {
  name: "Kafka" | "MongoDB" | "Cassandra" | "schema registry";
  code: Extract<ErrorCode, `VELIB_${string}_TLS`>;
}

/**
 * Reads the TLS files as they are now.
 * @throws VelibError with the server's code when one can't be read or is no PEM file, the certificate has expired, or
 *   it and the key do not fit
 */
export function readTlsFiles(files: TlsFiles, server: TlsServer): TlsMaterial {
  const { caFile, certFile, keyFile, serverName } = files;
  const material: TlsMaterial = {};
  if (caFile !== undefined) material.ca = readAuthorities(caFile, server);
  if (certFile !== undefined && keyFile !== undefined) Object.assign(material, readPair(certFile, keyFile, server));
  else if (certFile !== undefined) throw unfit(server, `client certificate ${certFile} has no key; set keyFile too`);
  else if (keyFile !== undefined) throw unfit(server, `client key ${keyFile} has no certificate; set certFile too`);
  if (serverName !== undefined) material.servername = serverName;
  return material;
}

/** Looked at, as without one certificate in it the file would trust nobody, and only the server would seem at fault. */
function readAuthorities(file: string, server: TlsServer): Buffer {
  const content = read(file, "certificate authorities", server);
  try {
    new X509Certificate(content);
    return content;
  } catch (cause) {
    throw unfit(server, `certificate authorities ${file} hold no certificate; give a PEM file`, cause);
  }
}

/** Looked at before they are shown: of an expired certificate a server only says "certificate unknown", if anything. */
function readPair(certFile: string, keyFile: string, server: TlsServer): { cert: Buffer; key: Buffer } {
  // Twice, as the first time may lie between the two halves of a rotation.
  for (let last = false; ; last = true) {
    const cert = read(certFile, "client certificate", server);
    const key = read(keyFile, "client key", server);
    const fault = faultOf(cert, key, certFile, keyFile, server);
    if (fault === null) return { cert, key };
    if (last) throw fault;
  }
}

function faultOf(cert: Buffer, key: Buffer, certFile: string, keyFile: string, server: TlsServer): VelibError | null {
  try {
    const certificate = new X509Certificate(cert);
    const until = Date.parse(certificate.validTo);
    if (until < Date.now()) {
      const day = new Date(until).toISOString().slice(0, 10);
      return unfit(server, `client certificate ${certFile} expired on ${day}; renew it`);
    }
    if (certificate.checkPrivateKey(createPrivateKey(key))) return null;
    const remedy = "mount both of one renewal";
    return unfit(server, `client certificate ${certFile} and key ${keyFile} are not of one pair; ${remedy}`);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    return unfit(
      server,
      `client certificate ${certFile} or key ${keyFile} can't be read (${why}); give PEM files`,
      cause,
    );
  }
}

function read(file: string, what: string, server: TlsServer): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    const reason = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
    throw unfit(server, `${what} ${file} can't be read (${reason}); mount the file or correct its path`, cause);
  }
}

function unfit({ name, code }: TlsServer, what: string, cause?: unknown): VelibError {
  return new VelibError(code, `${name}: the ${what}`, { cause });
}
