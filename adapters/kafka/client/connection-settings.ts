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

/** PEM files. With `certFile` and `keyFile` the client shows a certificate of its own (mTLS). */
export interface TlsFiles {
  /** Authorities to trust; those of the operating system when absent. */
  caFile?: string;
  certFile?: string;
  keyFile?: string;
  /** The name that the brokers' certificates bear, when it is not the host's. */
  serverName?: string;
}

export interface SaslLogin {
  mechanism: "plain" | "scram-sha-256" | "scram-sha-512";
  username: string;
  /** A file with the password; a line break at its end does not count. */
  passwordFile: string;
}
