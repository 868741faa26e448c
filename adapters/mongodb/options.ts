export interface MongodbTls {
  /** PEM file of the authorities that may sign the server's certificate; the system's when absent. */
  caFile?: string;
  /** PEM file with the client's certificate and its key, for X.509 or mutual TLS. */
  certificateKeyFile?: string;
}

export interface MongodbOptions {
  /** Connection string; credentials in it are overridden by `username` and `password`. */
  uri: string;
  /** One database a pipeline. */
  database: string;
  username?: string;
  password?: string;
  /** Present: the connection is encrypted. */
  tls?: MongodbTls;
  /** How long windows are kept after their start, s; absent or 0: for good. */
  windowsTtlSeconds?: number;
  /** Longest wait for a usable server, ms; 10 s. */
  serverSelectionTimeoutMs?: number;
  /** Longest silence of a server that was asked something, ms; 30 s. */
  socketTimeoutMs?: number;
}
