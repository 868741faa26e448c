import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Observation } from "../../core/observation/observation.ts";
import type { HistoryStore } from "../../core/ports/history-store.ts";

/** A part of a stretch of history: every n-th of its hours, so that quiet and busy ones are spread alike. */
export interface Share {
  source: string;
  /** [from, to), ms. */
  from: number;
  to: number;
  /** This one, from 0, of so many. */
  index: number;
  of: number;
}

const hourMs = 3_600_000;

/** The share's hours as [from, to), ascending. */
export function hoursOf({ from, to, index, of }: Share): [from: number, to: number][] {
  const hours: [number, number][] = [];
  for (let hour = Math.floor(from / hourMs); hour * hourMs < to; hour++) {
    if (hour % of === index) hours.push([Math.max(from, hour * hourMs), Math.min(to, (hour + 1) * hourMs)]);
  }
  return hours;
}

/** The CSV of a share, in the folder that a batch works in. */
export function rawFile(folder: string, { index }: Pick<Share, "index">): string {
  return join(folder, `raw-${index}.csv`);
}

/** Writes a share of the history as CSV (`rawColumns` of adapters/duckdb). Returns the number of observations. */
export async function writeRawShare(
  history: HistoryStore,
  share: Share,
  folder: string,
  signal: AbortSignal,
): Promise<number> {
  let count = 0;
  async function* observations() {
    for (const [from, to] of hoursOf(share)) {
      for await (const observation of history.between(share.source, from, to)) {
        count++;
        yield observation;
      }
    }
  }
  await pipeline(Readable.from(pieces(observations())), createWriteStream(rawFile(folder, share)), { signal });
  return count;
}

/** Lines are handed on in pieces of about this many characters. */
const pieceLength = 64 * 1024;

async function* pieces(observations: AsyncIterable<Observation>): AsyncGenerator<string> {
  let piece = "";
  for await (const o of observations) {
    piece += `${quoted(o.station)},${o.at},${o.bikes},${o.mechanical ?? ""},${o.ebike ?? ""},${o.docks},`;
    piece += `${Number(o.installed)},${Number(o.renting)},${Number(o.returning)},${o.capacity ?? ""},`;
    piece += `${o.zone === null ? "" : quoted(o.zone)},${o.reportedAt ?? ""}\n`;
    if (piece.length < pieceLength) continue;
    yield piece;
    piece = "";
  }
  if (piece !== "") yield piece;
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}
