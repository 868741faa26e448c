import { type Client, types } from "cassandra-driver";
import { VelibError } from "../../core/errors.ts";
import type { CassandraConnection } from "./cassandra-connection.ts";
import type { BatchLimits, Row } from "./write-batches.ts";
import { writeBatches } from "./write-batches.ts";

export interface KeyedRow extends Row {
  /** The partition key's columns, encoded. */
  key: Buffer[];
}

export const unset = types.unset;

/** Bytes of a key's column: its length is written in 16 bits. */
const longestColumn = 65_535;

/** Writes rows by prepared statements, a bounded number of requests at once. */
export class BatchWriter {
  readonly #connection: CassandraConnection;
  readonly #client: Client;
  readonly #atOnce: number;
  readonly #waiting: (() => void)[] = [];
  #underWay = 0;
  /** The replica set of partitions seen; emptied when the ring changes. */
  readonly #replicas = new Map<string, string>();

  constructor(connection: CassandraConnection, atOnce: number) {
    this.#connection = connection;
    this.#client = connection.client;
    this.#atOnce = atOnce;
    for (const event of ["hostAdd", "hostRemove"]) this.#client.on(event, () => this.#replicas.clear());
  }

  /** Resolves when every row is acknowledged; after a failure, once nothing of it is under way any more. */
  async write(query: string, rows: readonly KeyedRow[], limits: BatchLimits): Promise<void> {
    let failure: { error: unknown } | null = null;
    const requests: Promise<void>[] = [];
    for (const batch of writeBatches(rows, limits, (row) => this.#replicasOf(row))) {
      await this.#slot();
      if (failure !== null) {
        this.#free();
        break;
      }
      const request = this.#send(query, batch)
        .catch((error: unknown) => {
          failure ??= { error };
        })
        .finally(() => this.#free());
      requests.push(request);
    }
    await Promise.all(requests);
    if (failure !== null) throw (failure as { error: unknown }).error;
  }

  async #send(query: string, rows: readonly KeyedRow[]): Promise<void> {
    await this.#connection.guard<unknown>(() => {
      if (rows.length === 1) return this.#client.execute(query, rows[0]!.parameters, { prepare: true });
      return this.#client.batch(
        rows.map(({ parameters }) => ({ query, params: parameters })),
        { prepare: true, logged: false },
      );
    });
  }

  async #slot(): Promise<void> {
    if (this.#underWay < this.#atOnce) {
      this.#underWay++;
      return;
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #free(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#underWay--;
    else next();
  }

  #replicasOf(row: KeyedRow): string {
    if (this.#client.hosts.length === 1) return "";
    const known = this.#replicas.get(row.partition);
    if (known !== undefined) return known;
    const hosts = this.#client.getReplicas(this.#connection.keyspace, routingKey(row.key)) ?? [];
    const replicas = hosts
      .map((host) => host.address)
      .sort()
      .join(" ");
    if (this.#replicas.size >= 100_000) this.#replicas.clear();
    this.#replicas.set(row.partition, replicas);
    return replicas;
  }
}

/** A partition key as it is hashed: one column is itself, several are each length (2 bytes), bytes, a zero byte. */
function routingKey(columns: readonly Buffer[]): Buffer {
  if (columns.length === 1) return columns[0]!;
  return Buffer.concat(
    columns.flatMap((column) => {
      if (column.length > longestColumn) {
        throw new VelibError(
          "VELIB_CASSANDRA_FAILED",
          `Cassandra: expected a key of at most ${longestColumn} bytes, got ${column.length}; dead-letter the record`,
        );
      }
      const length = Buffer.alloc(2);
      length.writeUInt16BE(column.length);
      return [length, column, Buffer.alloc(1)];
    }),
  );
}
