import type { Column } from "./window-table.ts";
import { isoTime } from "./window-table.ts";

/** Rows are handed on in pieces of about this many characters. */
const pieceLength = 64 * 1024;

/** CSV by RFC 4180 with a header line; null is an empty cell, numbers keep full double precision. */
export async function* csv<Row>(columns: readonly Column<Row>[], rows: AsyncIterable<Row>): AsyncGenerator<string> {
  let piece = `${columns.map((column) => column.name).join(",")}\n`;
  const time = lastTimes();
  for await (const row of rows) {
    let line = "";
    for (const column of columns) {
      const value = column.value(row);
      if (line !== "" || column !== columns[0]) line += ",";
      if (value === null) continue;
      if (column.type === "time") line += time(Number(value));
      else line += typeof value === "string" ? quoted(value) : String(value);
    }
    piece += `${line}\n`;
    if (piece.length >= pieceLength) {
      yield piece;
      piece = "";
    }
  }
  yield piece;
}

/** A JSON array with an object a line. */
export async function* json<Row>(columns: readonly Column<Row>[], rows: AsyncIterable<Row>): AsyncGenerator<string> {
  let piece = "[";
  let separator = "\n";
  const time = lastTimes();
  for await (const row of rows) {
    const cells = columns.map((column) => {
      const value = column.value(row);
      return [column.name, column.type === "time" && value !== null ? time(Number(value)) : value];
    });
    piece += separator + JSON.stringify(Object.fromEntries(cells));
    separator = ",\n";
    if (piece.length >= pieceLength) {
      yield piece;
      piece = "";
    }
  }
  yield `${piece}\n]\n`;
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Formats times; stations share their windows' times, so most are formatted once. */
function lastTimes(): (ms: number) => string {
  const known = new Map<number, string>();
  return (ms) => {
    let text = known.get(ms);
    if (text === undefined) {
      text = isoTime(ms);
      if (known.size > 100_000) known.clear();
      known.set(ms, text);
    }
    return text;
  };
}
