import { Client, type ClientOptions, policies, types } from "cassandra-driver";
import { VelibError } from "../../core/errors.ts";
import { readTlsFiles, type TlsFiles, type TlsMaterial, type TlsServer } from "../tls/tls-files.ts";
import { cassandraError } from "./cassandra-error.ts";
import { closeClient } from "./close-client.ts";
import { IdempotentRetryPolicy } from "./idempotent-retry-policy.ts";
import type { CassandraOptions } from "./options.ts";

const oldestMajor = 4;

const tlsServer: TlsServer = { name: "Cassandra", code: "VELIB_CASSANDRA_TLS" };

const consistencies = {
  LOCAL_ONE: types.consistencies.localOne,
  LOCAL_QUORUM: types.consistencies.localQuorum,
} as const;

/** One client of a cluster. Every call through `guard` fails with a VelibError of one line. */
export class CassandraConnection {
  readonly client: Client;
  readonly where: string;
  readonly keyspace: string;

  private constructor(client: Client, where: string, keyspace: string) {
    this.client = client;
    this.where = where;
    this.keyspace = keyspace;
  }

  /**
   * @throws VelibError VELIB_CASSANDRA_* when the cluster can't be used; no client stays open then, and a later try
   *   opens anew
   */
  static async open(options: CassandraOptions): Promise<CassandraConnection> {
    const where = options.contactPoints.join(", ");
    if (!/^[a-z][a-z0-9_]{0,47}$/.test(options.keyspace)) {
      throw new VelibError(
        "VELIB_CASSANDRA_KEYSPACE",
        `Cassandra keyspace: expected a lower-case letter, then up to 47 letters, digits or underscores, got ${JSON.stringify(options.keyspace)}`,
      );
    }
    const client = new Client(clientOptions(options));
    const connection = new CassandraConnection(client, where, options.keyspace);
    try {
      await connection.guard(() => client.connect());
      await connection.ping();
      return connection;
    } catch (error) {
      await closeClient(client);
      throw error;
    }
  }

  /** Resolves when a node answers and is fit for use: what /readyz asks. @throws VelibError VELIB_CASSANDRA_* */
  async ping(): Promise<void> {
    const answer = await this.guard(() => this.client.execute("SELECT release_version FROM system.local"));
    assertVersion(String(answer.first()?.get("release_version")), this.where);
  }

  /** Runs a call of the driver; what it throws becomes a VelibError. */
  async guard<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw cassandraError(error, this.where);
    }
  }

  /** Rows of a prepared query, page by page: never more than a page in memory. */
  async *rows(query: string, parameters: unknown[]): AsyncGenerator<types.Row> {
    let pageState: string | undefined;
    do {
      const options = { prepare: true, fetchSize: 5000, ...(pageState === undefined ? {} : { pageState }) };
      const page = await this.guard(() => this.client.execute(query, parameters, options));
      yield* page.rows;
      pageState = page.pageState;
    } while (pageState);
  }

  close(): Promise<void> {
    return closeClient(this.client);
  }
}

/** @throws VelibError VELIB_CASSANDRA_TOO_OLD below Cassandra 4.0 */
export function assertVersion(release: string, where: string): void {
  if (Number.parseInt(release, 10) >= oldestMajor) return;
  throw new VelibError(
    "VELIB_CASSANDRA_TOO_OLD",
    `Cassandra at ${where}: expected release 4.0 or newer, got ${release}; upgrade the servers`,
  );
}

function clientOptions(options: CassandraOptions): ClientOptions {
  const { username, password, tls } = options;
  return {
    contactPoints: [...options.contactPoints],
    localDataCenter: options.localDataCenter,
    ...(username === undefined ? {} : { credentials: { username, password: password ?? "" } }),
    ...(tls === undefined ? {} : { sslOptions: tlsOptions(tls) }),
    policies: {
      loadBalancing: new policies.loadBalancing.TokenAwarePolicy(
        new policies.loadBalancing.DCAwareRoundRobinPolicy(options.localDataCenter),
      ),
      retry: new IdempotentRetryPolicy(),
    },
    // Everything written here is written by primary key, so any request may be repeated.
    queryOptions: { consistency: consistencies[options.consistency ?? "LOCAL_QUORUM"], isIdempotent: true },
    socketOptions: {
      connectTimeout: options.connectTimeoutMs ?? 5_000,
      readTimeout: options.readTimeoutMs ?? 12_000,
    },
    // Counts are bigint: Long objects would cost an allocation each.
    encoding: { useBigIntAsLong: true },
  };
}

/**
 * The driver copies these for each connection, in this order: the next one shows what a certificate was rotated to.
 * @throws VelibError VELIB_CASSANDRA_TLS when the files can't be used at the start
 */
function tlsOptions(tls: TlsFiles): NonNullable<ClientOptions["sslOptions"]> {
  let material = readTlsFiles(tls, tlsServer);
  return {
    rejectUnauthorized: true,
    ...(material.servername === undefined ? {} : { servername: material.servername }),
    get ca() {
      material = read(tls) ?? material;
      return material.ca;
    },
    // of the same reading, so that they are of one pair
    get cert() {
      return material.cert;
    },
    get key() {
      return material.key;
    },
  };
}

/** Null while the files can't be used, as in the middle of a rotation: what they held last may do longer. */
function read(tls: TlsFiles): TlsMaterial | null {
  try {
    return readTlsFiles(tls, tlsServer);
  } catch (error) {
    if (!(error instanceof VelibError)) throw error;
    return null;
  }
}
