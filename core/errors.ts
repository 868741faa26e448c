/**
 * Every failure a user can meet, by its stable code: whether trying again can help, and the process's exit code
 * when it ends a command. `docs/reference/errors.md` explains each; a test compares the two. A retired code is
 * never used again.
 */
export const errorCodes = {
  VELIB_CONFIG_INVALID: { retryable: false, exitCode: 2 },
  VELIB_CONFIG_UNREADABLE: { retryable: false, exitCode: 2 },
  VELIB_CONFIG_WINDOW: { retryable: false, exitCode: 2 },
  VELIB_SOURCE_UNREACHABLE: { retryable: true, exitCode: 2 },
  VELIB_SOURCE_UNRECOGNISED: { retryable: false, exitCode: 2 },
  VELIB_SOURCE_HTTP_STATUS: { retryable: true, exitCode: 2 },
  VELIB_SOURCE_TIMEOUT: { retryable: true, exitCode: 2 },
  VELIB_SOURCE_TOO_LARGE: { retryable: true, exitCode: 2 },
  VELIB_SOURCE_CREDENTIALS: { retryable: true, exitCode: 2 },
  VELIB_RECORDING_UNREADABLE: { retryable: false, exitCode: 2 },
  VELIB_RECORDING_FORMAT: { retryable: false, exitCode: 2 },
  VELIB_DATA_DIR_UNREADABLE: { retryable: false, exitCode: 2 },
  VELIB_DATA_DIR_NEWER: { retryable: false, exitCode: 2 },
  VELIB_DATA_DIR_LOCKED: { retryable: false, exitCode: 2 },
  VELIB_DATA_DIR_FULL: { retryable: true, exitCode: 1 },
  VELIB_DATA_DIR_EMPTY: { retryable: false, exitCode: 2 },
  VELIB_DATA_DIR_SETTING: { retryable: false, exitCode: 2 },
  VELIB_PORT_IN_USE: { retryable: false, exitCode: 2 },
  VELIB_CHECKPOINT_FENCED: { retryable: false, exitCode: 1 },
  VELIB_CHECKPOINT_FORMAT: { retryable: false, exitCode: 2 },
  VELIB_KAFKA_UNREACHABLE: { retryable: true, exitCode: 1 },
  VELIB_KAFKA_REQUEST: { retryable: true, exitCode: 1 },
  VELIB_KAFKA_AUTHENTICATION: { retryable: false, exitCode: 2 },
  VELIB_KAFKA_AUTHORIZATION: { retryable: false, exitCode: 2 },
  VELIB_KAFKA_TLS: { retryable: false, exitCode: 2 },
  VELIB_KAFKA_TOO_OLD: { retryable: false, exitCode: 2 },
  VELIB_KAFKA_TOPIC: { retryable: false, exitCode: 2 },
  VELIB_KAFKA_RECORD_TOO_LARGE: { retryable: false, exitCode: 1 },
  VELIB_KAFKA_LOG_TRUNCATED: { retryable: false, exitCode: 2 },
  VELIB_PRODUCER_FENCED: { retryable: false, exitCode: 1 },
  VELIB_SCHEMA_REGISTRY_UNREACHABLE: { retryable: true, exitCode: 1 },
  VELIB_SCHEMA_REGISTRY_AUTHENTICATION: { retryable: true, exitCode: 2 },
  VELIB_SCHEMA_REGISTRY_TLS: { retryable: false, exitCode: 2 },
  VELIB_SCHEMA_INCOMPATIBLE: { retryable: false, exitCode: 2 },
  VELIB_CONSOLE_NOT_BUILT: { retryable: false, exitCode: 2 },
  VELIB_MONGODB_URI: { retryable: false, exitCode: 2 },
  VELIB_MONGODB_TLS: { retryable: false, exitCode: 2 },
  VELIB_MONGODB_UNREACHABLE: { retryable: true, exitCode: 1 },
  VELIB_MONGODB_AUTHENTICATION: { retryable: false, exitCode: 2 },
  VELIB_MONGODB_FORBIDDEN: { retryable: false, exitCode: 2 },
  VELIB_MONGODB_TOO_OLD: { retryable: false, exitCode: 2 },
  VELIB_MONGODB_NOT_REPLICA_SET: { retryable: false, exitCode: 2 },
  VELIB_MONGODB_FAILED: { retryable: true, exitCode: 1 },
  VELIB_CASSANDRA_UNREACHABLE: { retryable: true, exitCode: 1 },
  VELIB_CASSANDRA_AUTHENTICATION: { retryable: false, exitCode: 2 },
  VELIB_CASSANDRA_FORBIDDEN: { retryable: false, exitCode: 2 },
  VELIB_CASSANDRA_TOO_OLD: { retryable: false, exitCode: 2 },
  VELIB_CASSANDRA_DATA_CENTER: { retryable: false, exitCode: 2 },
  VELIB_CASSANDRA_TLS: { retryable: false, exitCode: 2 },
  VELIB_CASSANDRA_KEYSPACE: { retryable: false, exitCode: 2 },
  VELIB_CASSANDRA_REPLICATION: { retryable: false, exitCode: 2 },
  VELIB_CASSANDRA_MIGRATION: { retryable: false, exitCode: 2 },
  VELIB_CASSANDRA_MIGRATION_LOCKED: { retryable: true, exitCode: 1 },
  VELIB_CASSANDRA_FAILED: { retryable: true, exitCode: 1 },
  VELIB_HISTORY_EMPTY: { retryable: false, exitCode: 2 },
  VELIB_RESOURCE_INVALID: { retryable: false, exitCode: 2 },
  VELIB_MODEL_UNKNOWN: { retryable: false, exitCode: 2 },
  VELIB_JOB_STOPPED: { retryable: true, exitCode: 1 },
  VELIB_BATCH_READER: { retryable: true, exitCode: 1 },
  VELIB_REPORT_FAILED: { retryable: false, exitCode: 1 },
  VELIB_REPORT_SQL: { retryable: false, exitCode: 2 },
  VELIB_OUTPUT_UNWRITABLE: { retryable: false, exitCode: 2 },
} as const satisfies Record<string, { retryable: boolean; exitCode: 1 | 2 }>;

export type ErrorCode = keyof typeof errorCodes;

/**
 * An expected failure. Its message is one line that names what failed, where, and the remedy; callers branch on
 * `code` and `retryable`, never on the text.
 */
export class VelibError extends Error {
  override readonly name = "VelibError";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }

  get retryable(): boolean {
    return errorCodes[this.code].retryable;
  }

  get exitCode(): 1 | 2 {
    return errorCodes[this.code].exitCode;
  }
}
