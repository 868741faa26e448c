import type { TlsFiles } from "../tls/tls-files.ts";

export interface CassandraOptions {
  /** host or host:port. */
  contactPoints: readonly string[];
  localDataCenter: string;
  /** One keyspace a pipeline: a lower-case word of at most 48 letters, digits and underscores. */
  keyspace: string;
  /** Replicas by data centre, used where the keyspace has to be made. Absent: it must be there. */
  replication?: Readonly<Record<string, number>>;
  username?: string;
  password?: string;
  /** Present: the connection is encrypted. Read anew for every connection. */
  tls?: TlsFiles;
  /** How many replicas acknowledge a write or answer a read; `LOCAL_QUORUM`. */
  consistency?: "LOCAL_ONE" | "LOCAL_QUORUM";
  /** How long observations and polls are kept after they were written, s; absent or 0: for good. */
  historyTtlSeconds?: number;
  /** Writes under way at once; 32. */
  writesAtOnce?: number;
  /** Longest wait for a connection, ms; 5 s. */
  connectTimeoutMs?: number;
  /** Longest wait for an answer, ms; 12 s. */
  readTimeoutMs?: number;
}
