import { errors, types } from "cassandra-driver";
import type { ErrorCode } from "../../core/errors.ts";
import { VelibError } from "../../core/errors.ts";
import { isTlsFailure, tlsReason, tlsRemedy } from "../tls/tls-failure.ts";

interface Told {
  code: ErrorCode;
  text: string;
}

/**
 * What the driver threw as one line with a stable code; other errors are given back as they are.
 * @param where the contact points
 */
export function cassandraError(error: unknown, where: string): unknown {
  if (!isDriverError(error)) return error;
  const untrusted = hostErrors(error).find(isTlsFailure);
  const { code, text } = untrusted === undefined ? tell(rootOf(error)) : tellTls(untrusted);
  return new VelibError(code, `Cassandra at ${where}: ${text}`, { cause: error });
}

function isDriverError(error: unknown): error is Error {
  // DriverError itself is not exported as a value; every class of `errors` derives from it.
  return error instanceof Error && Object.values(errors).some((kind) => error instanceof kind);
}

/** No host being available is only the sum: what a host answered, else why the first one did not, is the cause. */
function rootOf(error: Error): Error {
  if (!(error instanceof errors.NoHostAvailableError)) return error;
  const told = hostErrors(error);
  const answer = told.find((one) => answers.some((kind) => one instanceof kind));
  return answer ?? new errors.NoHostAvailableError({}, told[0]?.message ?? error.message);
}

/** Why each host was of no use. */
function hostErrors(error: Error): Error[] {
  if (!(error instanceof errors.NoHostAvailableError)) return [];
  return Object.values(error.innerErrors ?? {}).filter((one) => one instanceof Error);
}

const answers = [errors.AuthenticationError, errors.ResponseError, errors.ArgumentError, errors.NotSupportedError];

function tellTls(error: Error): Told {
  return { code: "VELIB_CASSANDRA_TLS", text: `no secure connection: ${tlsReason(error)}; ${tlsRemedy}` };
}

function tell(error: Error): Told {
  const line = error.message.replace(/\s+/g, " ").trim().slice(0, 300);
  if (error instanceof errors.AuthenticationError) {
    return { code: "VELIB_CASSANDRA_AUTHENTICATION", text: "user name or password refused; check the credentials" };
  }
  if (error instanceof errors.ResponseError) return tellResponse(error.code, line);
  if (error instanceof errors.NotSupportedError || /protocol version|unsupported/i.test(line)) {
    return { code: "VELIB_CASSANDRA_TOO_OLD", text: `${line}; upgrade the servers to Cassandra 4.0 or newer` };
  }
  if (error instanceof errors.NoHostAvailableError || error instanceof errors.OperationTimedOutError) {
    return {
      code: "VELIB_CASSANDRA_UNREACHABLE",
      text: `no usable node: ${line}; check the addresses, the network and TLS`,
    };
  }
  if (error instanceof errors.ArgumentError && /data ?center/i.test(line)) {
    return { code: "VELIB_CASSANDRA_DATA_CENTER", text: `${line}; correct localDataCenter` };
  }
  return { code: "VELIB_CASSANDRA_FAILED", text: line };
}

function tellResponse(code: number, line: string): Told {
  const codes = types.responseErrorCodes;
  switch (code) {
    case codes.badCredentials:
      return { code: "VELIB_CASSANDRA_AUTHENTICATION", text: "user name or password refused; check the credentials" };
    case codes.unauthorized:
      return { code: "VELIB_CASSANDRA_FORBIDDEN", text: `${line}; grant the user CREATE, ALTER, SELECT and MODIFY` };
    case codes.configError:
      return { code: "VELIB_CASSANDRA_REPLICATION", text: `${line}; correct replication` };
    case codes.protocolError:
      return { code: "VELIB_CASSANDRA_TOO_OLD", text: `${line}; upgrade the servers to Cassandra 4.0 or newer` };
    case codes.isBootstrapping:
    case codes.unavailableException:
      return { code: "VELIB_CASSANDRA_UNREACHABLE", text: `${line}; bring the missing replicas up` };
    case codes.invalid:
      if (/keyspace .* does not exist/i.test(line)) {
        return { code: "VELIB_CASSANDRA_KEYSPACE", text: `${line}; create it or set replication` };
      }
      return { code: "VELIB_CASSANDRA_FAILED", text: line };
    default:
      return { code: "VELIB_CASSANDRA_FAILED", text: line };
  }
}
