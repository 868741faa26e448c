import type { Poll } from "../../core/observation/reading.ts";
import type { Recording } from "../../core/ports/source.ts";
import { isoTime } from "../http/json-value.ts";
import { type CsvLayout, layoutOf } from "./csv-layout.ts";
import { linesAfter, PollAssembler } from "./csv-polls.ts";
import { CsvRowDecoder } from "./csv-row.ts";
import { linesOf, rowsOf } from "./csv-text.ts";
import { medianInterval, pollsForInterval } from "./poll-interval.ts";
import { badFormat } from "./recording-error.ts";
import { type StationList, stationList } from "./station-list.ts";

interface CsvFiles {
  network: string;
  file: string;
  stations: string | null;
}

/**
 * Opens polls recorded as one CSV: a row a station, the rows of a poll together, oldest first.
 * @throws VelibError VELIB_RECORDING_UNREADABLE, VELIB_RECORDING_FORMAT
 */
export async function openCsvRecording({ network, file, stations }: CsvFiles): Promise<Recording> {
  const list = stations === null ? null : await stationList(stations);
  const { layout, decoder, times } = await opening(file);
  return {
    description: file,
    network,
    attribution: layout.attribution,
    intervalMs: medianInterval(times),
    polls: (after) => pollsOf(file, decoder, list, after),
  };
}

/** What the beginning of a file tells: its layout and the times of its first polls. */
async function opening(file: string): Promise<{ layout: CsvLayout; decoder: CsvRowDecoder; times: number[] }> {
  let known: { layout: CsvLayout; decoder: CsvRowDecoder } | null = null;
  const times: number[] = [];
  let last: string | null = null;
  for await (const { text } of linesOf(file)) {
    const rows = rowsOf(text);
    known ??= decoderOf(rows.shift() ?? [], file);
    for (const row of rows) {
      const time = known.decoder.time(row);
      if (time === last) continue;
      last = time;
      const at = isoTime(time);
      if (at !== null) times.push(at);
      if (times.length > pollsForInterval) return { ...known, times };
    }
  }
  if (known === null) throw badFormat(file, "it is empty", "give a CSV with a header and rows");
  if (times.length === 0) throw badFormat(file, "no row of it has the time of a poll", "give a CSV with rows");
  return { ...known, times };
}

function decoderOf(header: readonly string[], file: string): { layout: CsvLayout; decoder: CsvRowDecoder } {
  const names = header.map((name) => name.replace(/^\uFEFF/, "").trim());
  const layout = layoutOf(names, file);
  return { layout, decoder: new CsvRowDecoder(layout, names) };
}

async function* pollsOf(
  file: string,
  decoder: CsvRowDecoder,
  information: StationList | null,
  after: number | null,
): AsyncGenerator<{ poll: Poll; progress: number }> {
  const assembler = new PollAssembler(decoder, after);
  let isHeader = true;
  let skipped = after === null;
  const told = (poll: Poll): Poll => (information === null ? poll : { ...poll, information });
  for await (const { text, progress } of linesOf(file)) {
    let lines = isHeader ? text.slice(text.indexOf("\n") + 1) : text;
    isHeader = false;
    if (!skipped && after !== null) {
      lines = linesAfter(lines, after, decoder);
      skipped = lines !== "";
    }
    if (lines === "") continue;
    for (const poll of assembler.add(rowsOf(lines))) yield { poll: told(poll), progress };
  }
  const last = assembler.end();
  if (last !== null) yield { poll: told(last), progress: 1 };
}
