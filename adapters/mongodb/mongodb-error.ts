import {
  MongoAPIError,
  MongoCompatibilityError,
  MongoError,
  MongoNetworkError,
  MongoParseError,
  MongoServerError,
  MongoServerSelectionError,
  type TopologyDescription,
} from "mongodb";
import type { ErrorCode } from "../../core/errors.ts";
import { VelibError } from "../../core/errors.ts";
import { isTlsFailure, tlsReason, tlsRemedy } from "../tls/tls-failure.ts";

/** Server error codes, from MongoDB's `error_codes.yml`. */
export const serverCode = {
  unauthorized: 13,
  authenticationFailed: 18,
  namespaceExists: 48,
  indexOptionsConflict: 85,
  indexKeySpecsConflict: 86,
  duplicateKey: 11000,
} as const;

/**
 * What the driver threw as one line with a stable code; other errors are given back as they are.
 * @param where the server as it may be shown, see `shownUri`
 */
export function mongodbError(error: unknown, where: string): unknown {
  if (!(error instanceof MongoError)) return error;
  const told = tell(error);
  return new VelibError(told.code, `MongoDB at ${where}: ${told.text}`, { cause: error });
}

function tell(error: MongoError): { code: ErrorCode; text: string } {
  const cause = error instanceof MongoServerSelectionError ? selectionCause(error) : error;
  if (cause instanceof MongoCompatibilityError) {
    return { code: "VELIB_MONGODB_TOO_OLD", text: `${oneLine(cause)}; upgrade the server to MongoDB 6.0 or newer` };
  }
  if (cause instanceof MongoServerError) {
    if (cause.code === serverCode.authenticationFailed) {
      return {
        code: "VELIB_MONGODB_AUTHENTICATION",
        text: "user name or password refused; check the credentials and authSource",
      };
    }
    if (cause.code === serverCode.unauthorized) {
      return {
        code: "VELIB_MONGODB_FORBIDDEN",
        text: `${oneLine(cause)}; give the user the role readWrite and dbAdmin on the pipeline's database`,
      };
    }
    return { code: "VELIB_MONGODB_FAILED", text: oneLine(cause) };
  }
  if (error instanceof MongoServerSelectionError) {
    const notMember = notInReplicaSet(error);
    if (notMember !== null) return { code: "VELIB_MONGODB_NOT_REPLICA_SET", text: notMember };
  }
  if (isTlsFailure(cause.cause)) {
    return { code: "VELIB_MONGODB_TLS", text: `no secure connection: ${tlsReason(cause.cause)}; ${tlsRemedy}` };
  }
  if (error instanceof MongoServerSelectionError || cause instanceof MongoNetworkError) {
    return {
      code: "VELIB_MONGODB_UNREACHABLE",
      text: `no usable server: ${oneLine(cause)}; check the address, the network and that the replica set has a primary`,
    };
  }
  if (cause instanceof MongoParseError || cause instanceof MongoAPIError) {
    return { code: "VELIB_MONGODB_URI", text: `connection refused by the driver: ${oneLine(cause)}` };
  }
  return { code: "VELIB_MONGODB_FAILED", text: oneLine(cause) };
}

/** What the servers said for themselves: a failed selection only counts the seconds. */
function selectionCause(error: MongoServerSelectionError): Error {
  for (const server of topologyOf(error)?.servers.values() ?? []) {
    if (server.error) return deepest(server.error);
  }
  return error.cause instanceof Error ? deepest(error.cause) : error;
}

function deepest(error: Error): Error {
  const known = error instanceof MongoServerError || error instanceof MongoCompatibilityError;
  return !known && error.cause instanceof MongoError ? deepest(error.cause) : error;
}

/** A server that answers, but not as a member of the set the URI names: the driver drops it without an error. */
function notInReplicaSet(error: MongoServerSelectionError): string | null {
  const topology = topologyOf(error);
  const name = topology?.setName;
  if (!topology || !name || topology.servers.size > 0) return null;
  return `no server is a member of replica set ${name}; correct replicaSet in the URI or start mongod with --replSet ${name}`;
}

function topologyOf(error: MongoServerSelectionError): TopologyDescription | undefined {
  return error.reason;
}

function oneLine(error: Error): string {
  return error.message.replace(/\s+/g, " ").trim().slice(0, 300);
}

/** The URI's hosts and database, without credentials and options. */
export function shownUri(uri: string): string {
  return /^mongodb(?:\+srv)?:\/\/(?:[^@/]*@)?([^/?]*)/.exec(uri)?.[1] || "(no host)";
}
