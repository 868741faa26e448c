import type { DuckDBConnection } from "@duckdb/node-api";

export interface SessionSettings {
  threads: number;
  /** Where what does not fit into memory goes for a while. */
  spillFolder: string;
  /** The zone that `date_trunc` and text forms of times go by. */
  timeZone: string;
}

/** Beyond it, work goes on by way of the disk. Node.js itself comes on top. */
const memoryMB = { base: 192, perThread: 64 };

/** Runs work on a database in memory that is gone afterwards. DuckDB is loaded when it is used. */
export async function withSession<T>(
  settings: SessionSettings,
  work: (connection: DuckDBConnection) => Promise<T>,
): Promise<T> {
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const instance = await DuckDBInstance.create(":memory:", {
    memory_limit: `${memoryMB.base + settings.threads * memoryMB.perThread}MB`,
    threads: String(settings.threads),
    temp_directory: settings.spillFolder,
  });
  const connection = await instance.connect();
  try {
    await connection.run(`SET TimeZone = ${literal(settings.timeZone)}`);
    return await work(connection);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** A text as SQL writes it. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** The number of rows that a COPY says it wrote. */
export async function copied(connection: DuckDBConnection, sql: string): Promise<number> {
  const result = await connection.runAndReadAll(sql);
  return Number(result.getRows()[0]?.[0] ?? 0);
}
