import { type Db, MongoClient, type MongoClientOptions } from "mongodb";
import { VelibError } from "../../core/errors.ts";
import { readTlsFiles, type TlsMaterial, type TlsServer } from "../tls/tls-files.ts";
import { mongodbError, shownUri } from "./mongodb-error.ts";
import type { MongodbOptions, MongodbTls } from "./options.ts";

/** Wire version of MongoDB 6.0, the oldest release that is tested. */
const oldestWireVersion = 17;

const tlsServer: TlsServer = { name: "MongoDB", code: "VELIB_MONGODB_TLS" };

/** What a server says of itself: the fields of `hello` that decide whether it will do. */
interface Hello {
  maxWireVersion?: number;
  setName?: string;
  /** "isdbgrid" on a router of a sharded cluster. */
  msg?: string;
}

/** One client and its database. Every call through `guard` fails with a VelibError of one line. */
export class MongodbConnection {
  readonly where: string;
  readonly database: Db;
  readonly #client: MongoClient;

  private constructor(client: MongoClient, options: MongodbOptions) {
    this.#client = client;
    this.where = shownUri(options.uri);
    this.database = client.db(options.database);
  }

  /**
   * @throws VelibError VELIB_MONGODB_* when the server can't be used; no client stays open then, and a later try
   *   must open anew: a client whose first server selection failed stays closed.
   */
  static async open(options: MongodbOptions): Promise<MongodbConnection> {
    const where = shownUri(options.uri);
    let client: MongoClient;
    try {
      client = new MongoClient(options.uri, clientOptions(options));
    } catch (error) {
      if (error instanceof VelibError) throw error;
      const message = error instanceof Error ? error.message : String(error);
      throw new VelibError("VELIB_MONGODB_URI", `MongoDB at ${where}: ${message}; expected mongodb://host:port/…`, {
        cause: error,
      });
    }
    try {
      await client.connect();
      const connection = new MongodbConnection(client, options);
      await connection.ping();
      return connection;
    } catch (error) {
      await client.close();
      throw mongodbError(error, where);
    }
  }

  /** Resolves when a primary answers and is fit for use: what /readyz asks. @throws VelibError VELIB_MONGODB_* */
  async ping(): Promise<void> {
    const hello = await this.guard<Hello>(() => this.database.command({ hello: 1 }));
    assertFit(hello, this.where);
  }

  /** Runs a call of the driver; what it throws becomes a VelibError. */
  async guard<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw mongodbError(error, this.where);
    }
  }

  /** The same for a cursor. */
  async *guarded<T>(rows: AsyncIterable<T>): AsyncGenerator<T> {
    try {
      yield* rows;
    } catch (error) {
      throw mongodbError(error, this.where);
    }
  }

  close(): Promise<void> {
    return this.#client.close();
  }
}

/**
 * Refuses a server that is older than the tested ones, or stands alone: without a replica set there is neither a
 * majority to acknowledge writes nor a retry that is safe.
 * @throws VelibError VELIB_MONGODB_TOO_OLD, VELIB_MONGODB_NOT_REPLICA_SET
 */
function assertFit(hello: Hello, where: string): void {
  const wireVersion = hello.maxWireVersion ?? 0;
  if (wireVersion < oldestWireVersion) {
    throw new VelibError(
      "VELIB_MONGODB_TOO_OLD",
      `MongoDB at ${where}: expected MongoDB 6.0 (wire version ${oldestWireVersion}) or newer, got wire version ${wireVersion}; upgrade the server`,
    );
  }
  if (!hello.setName && hello.msg !== "isdbgrid") {
    throw new VelibError(
      "VELIB_MONGODB_NOT_REPLICA_SET",
      `MongoDB at ${where}: stands alone; start mongod with --replSet and run rs.initiate(), one member is enough`,
    );
  }
}

/** Read here and not by the driver, which looks at no file's content and tells of an absent one by the system's error. */
function tlsMaterial({ caFile, certificateKeyFile }: MongodbTls): TlsMaterial {
  const own = certificateKeyFile === undefined ? {} : { certFile: certificateKeyFile, keyFile: certificateKeyFile };
  return readTlsFiles({ ...(caFile === undefined ? {} : { caFile }), ...own }, tlsServer);
}

function clientOptions(options: MongodbOptions): MongoClientOptions {
  const { username, password, tls } = options;
  return {
    appName: "velib",
    retryWrites: true,
    retryReads: true,
    writeConcern: { w: "majority", wtimeoutMS: options.socketTimeoutMs ?? 30_000 },
    readConcern: { level: "majority" },
    readPreference: "primary",
    serverSelectionTimeoutMS: options.serverSelectionTimeoutMs ?? 10_000,
    connectTimeoutMS: options.serverSelectionTimeoutMs ?? 10_000,
    // Without it a write into a cut line has no end: the driver's timeoutMS did not stop one.
    socketTimeoutMS: options.socketTimeoutMs ?? 30_000,
    maxPoolSize: 10,
    ...(username === undefined ? {} : { auth: { username, password: password ?? "" } }),
    ...(tls === undefined ? {} : { tls: true, ...tlsMaterial(tls) }),
  };
}
