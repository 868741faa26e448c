import type { TlsFiles } from "../../tls/tls-files.ts";

/** How to reach a Kafka cluster. Secrets and certificates are files, read anew for every connection: see README. */
export interface ConnectionSettings {
  /** `host:port` of some brokers; the others are found through them. */
  brokers: string[];
  /** How this process is called in the brokers' logs and quotas. */
  clientId: string;
  tls?: TlsFiles;
  sasl?: SaslLogin;
  /** Longest wait for a TCP and TLS connection, ms. */
  connectTimeoutMs?: number;
  /** Longest wait for an answer, ms. */
  requestTimeoutMs?: number;
}

export interface SaslLogin {
  mechanism: "plain" | "scram-sha-256" | "scram-sha-512";
  username: string;
  /** A file with the password; a line break at its end does not count. */
  passwordFile: string;
}
