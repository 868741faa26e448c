import type { DuckDBType, DuckDBValue } from "@duckdb/node-api";

export type ParquetType = "text" | "time" | "number" | "integer";

export interface ParquetColumn<Row> {
  name: string;
  type: ParquetType;
  /** Times are ms since the epoch. */
  value: (row: Row) => string | number | null;
}

/** DuckDB takes rows in vectors of this many. */
const chunkRows = 2048;

/** Writes rows into a Parquet file (zstd); times become UTC timestamps with a time zone. Replaces the file. */
export async function writeParquet<Row>(
  path: string,
  columns: readonly ParquetColumn<Row>[],
  rows: AsyncIterable<Row>,
): Promise<void> {
  const duckdb = await import("@duckdb/node-api");
  const types: Record<ParquetType, DuckDBType> = {
    text: duckdb.VARCHAR,
    time: duckdb.TIMESTAMPTZ,
    number: duckdb.DOUBLE,
    integer: duckdb.BIGINT,
  };
  const value = (type: ParquetType, cell: string | number | null): DuckDBValue => {
    if (cell === null) return null;
    if (type === "time") return new duckdb.DuckDBTimestampTZValue(BigInt(cell) * 1000n);
    return type === "integer" ? BigInt(cell) : cell;
  };
  const instance = await duckdb.DuckDBInstance.create(":memory:", {
    memory_limit: "512MB",
    threads: "2",
    // What does not fit into memory goes beside the file, not into the folder the process was started in.
    temp_directory: `${path}.tmp`,
  });
  const connection = await instance.connect();
  try {
    const chunkTypes = columns.map((column) => types[column.type]);
    const declared = columns.map((column, i) => `"${column.name}" ${chunkTypes[i]}`);
    await connection.run(`CREATE TABLE result (${declared.join(", ")})`);
    const appender = await connection.createAppender("result");
    let cells: DuckDBValue[][] = [];
    const flush = () => {
      const chunk = duckdb.DuckDBDataChunk.create(chunkTypes, cells.length);
      chunk.setRows(cells);
      appender.appendDataChunk(chunk);
      cells = [];
    };
    for await (const row of rows) {
      cells.push(columns.map((column) => value(column.type, column.value(row))));
      if (cells.length === chunkRows) flush();
    }
    if (cells.length > 0) flush();
    appender.closeSync();
    const quoted = path.replaceAll("'", "''");
    await connection.run(`COPY result TO '${quoted}' (FORMAT parquet, COMPRESSION zstd)`);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
