import { type ErrorCode, VelibError } from "../../../core/errors.ts";
import { isTlsFailure, tlsReason, tlsRemedy } from "../../tls/tls-failure.ts";

export type KafkaErrorCode = Extract<ErrorCode, `VELIB_KAFKA_${string}`> | "VELIB_PRODUCER_FENCED";

/** A failure of Kafka. `type` is the protocol's own name of it (`REBALANCE_IN_PROGRESS`), null for others. */
export class KafkaError extends VelibError {
  readonly type: string | null;

  constructor(code: KafkaErrorCode, message: string, details: { cause?: unknown; type?: string | null } = {}) {
    super(code, message, details.cause === undefined ? undefined : { cause: details.cause });
    this.type = details.type ?? null;
  }
}

/** Protocol errors by which a producer learns that a newer one has its transactional id. */
const fenced = new Set(["INVALID_PRODUCER_EPOCH", "PRODUCER_FENCED", "INVALID_PRODUCER_ID_MAPPING"]);
const tooLarge = new Set(["MESSAGE_TOO_LARGE", "RECORD_LIST_TOO_LARGE"]);
const networkFailure = /^(ECONN|ENOTFOUND|EAI_|ETIMEDOUT|EHOST|ENET|EPIPE)/;

/**
 * What went wrong, from whatever the client threw: one line that names the cluster, the failure and the remedy.
 * `doing` completes "Kafka at …: can't …". Errors of our own pass through, programming errors too.
 */
export function kafkaError(error: unknown, doing: string, brokers: readonly string[]): Error {
  for (let cause = error; cause instanceof Error; cause = cause.cause) if (cause instanceof VelibError) return cause;
  const root = rootCause(error);
  if (root instanceof TypeError && withoutMetadata.test(root.message)) {
    const message = `Kafka at ${brokers.join(",")}: can't ${doing}: no broker answers; check the address, the network and that the brokers run`;
    return new KafkaError("VELIB_KAFKA_UNREACHABLE", message, { cause: error });
  }
  if (root instanceof TypeError || root instanceof RangeError) return root;
  const { name, type, code } = described(root);
  const at = `Kafka at ${brokers.join(",")}: can't ${doing}`;
  const said = oneLine(isTlsFailure(root) ? tlsReason(root) : root instanceof Error ? root.message : String(root));
  const make = (kind: KafkaErrorCode, remedy: string) =>
    new KafkaError(kind, `${at}: ${said}; ${remedy}`, { cause: error, type });

  if (name === "KafkaJSSASLAuthenticationError" || type === "SASL_AUTHENTICATION_FAILED") {
    return make("VELIB_KAFKA_AUTHENTICATION", "check the user name, the password file and the SASL mechanism");
  }
  if (type !== null && fenced.has(type)) {
    return make("VELIB_PRODUCER_FENCED", "another producer of this source took over; run one per source");
  }
  if (type?.endsWith("_AUTHORIZATION_FAILED")) {
    return make("VELIB_KAFKA_AUTHORIZATION", "grant the user the right by an ACL");
  }
  if (type !== null && tooLarge.has(type)) {
    return make("VELIB_KAFKA_RECORD_TOO_LARGE", "raise the topic's max.message.bytes");
  }
  if (name === "KafkaJSServerDoesNotSupportApiKey" || type === "UNSUPPORTED_VERSION") {
    return make("VELIB_KAFKA_TOO_OLD", "use Kafka 2.3 or newer");
  }
  if (isTlsFailure(root)) return make("VELIB_KAFKA_TLS", tlsRemedy);
  if (type === "UNKNOWN_TOPIC_OR_PARTITION") {
    return make("VELIB_KAFKA_TOPIC", "the topic is gone; start the pipeline again to create it");
  }
  if (unreachable.has(name) || (code !== null && networkFailure.test(code))) {
    return make("VELIB_KAFKA_UNREACHABLE", "check the address, the network and that the brokers run");
  }
  return make("VELIB_KAFKA_REQUEST", "see the broker's log");
}

/** What kafkajs's admin trips over when no broker could be asked for the metadata. */
const withoutMetadata =
  /^Cannot read properties of null \(reading '(?:topicMetadata|brokers|clusterId|controllerId)'\)$/;

const unreachable = new Set([
  "KafkaJSConnectionError",
  "KafkaJSConnectionClosedError",
  "KafkaJSRequestTimeoutError",
  "KafkaJSBrokerNotFound",
  "KafkaJSGroupCoordinatorNotFound",
  "KafkaJSLockTimeout",
  "KafkaJSMetadataNotLoaded",
  "KafkaJSTopicMetadataNotLoaded",
]);

/** The protocol's name of a failure; null when it is no protocol error. */
export function protocolType(error: unknown): string | null {
  if (error instanceof KafkaError) return error.type;
  return described(rootCause(error)).type;
}

function rootCause(error: unknown): unknown {
  return error instanceof Error && error.cause instanceof Error ? rootCause(error.cause) : error;
}

function described(error: unknown): { name: string; type: string | null; code: string | null } {
  if (!(error instanceof Error)) return { name: "", type: null, code: null };
  const type = "type" in error && typeof error.type === "string" ? error.type : null;
  const code = "code" in error && typeof error.code === "string" ? error.code : null;
  return { name: error.name, type, code };
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
