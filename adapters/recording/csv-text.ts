import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { createGunzip } from "node:zlib";
import { parse } from "csv-parse/sync";
import { reasonOf, unreadable } from "./recording-error.ts";

const chunkBytes = 256 * 1024;

/** Whole lines of a file, and the share of the file they end at. */
export interface Lines {
  text: string;
  progress: number;
}

/**
 * Reads a text file, gunzipping a `.gz`, in pieces that end at the end of a line.
 * @throws VelibError VELIB_RECORDING_UNREADABLE, also in the middle of a file that breaks off or is damaged there
 */
export async function* linesOf(path: string): AsyncGenerator<Lines> {
  try {
    const { size } = await stat(path);
    const file = createReadStream(path, { highWaterMark: chunkBytes });
    // A callback that does nothing: the error reaches the loop through the stream it reads.
    const bytes = path.endsWith(".gz") ? pipeline(file, createGunzip({ chunkSize: chunkBytes }), () => {}) : file;
    const decoder = new StringDecoder("utf8");
    let rest = "";
    for await (const chunk of bytes) {
      const text = rest + decoder.write(chunk);
      const end = text.lastIndexOf("\n") + 1;
      rest = text.slice(end);
      if (end > 0) yield { text: text.slice(0, end), progress: Math.min(1, file.bytesRead / size) };
    }
    rest += decoder.end();
    if (rest !== "") yield { text: rest, progress: 1 };
  } catch (error) {
    throw unreadable(path, reasonOf(error), "get a complete copy of it", error);
  }
}

/**
 * The cells of each line: a line is a record, as no cell of these recordings holds a line break, and so a stray quote
 * costs one row and not the rest of the file. Text without a quote has no syntax but commas, which is five times as
 * fast to split; everything else is csv-parse's.
 */
export function rowsOf(text: string): string[][] {
  const lines = (text.endsWith("\n") ? text.slice(0, -1) : text).split("\n");
  if (!text.includes('"')) return lines.map((line) => withoutReturn(line).split(","));
  return quotedRows(text, lines.length) ?? lines.map((line) => quotedRows(line, 1)?.[0] ?? [line]);
}

/** Null when the quotes don't close within their lines. */
function quotedRows(text: string, lines: number): string[][] | null {
  try {
    const rows = parse(text, { relax_column_count: true, skip_empty_lines: false });
    return rows.length === lines ? rows : null;
  } catch {
    return null;
  }
}

function withoutReturn(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}
