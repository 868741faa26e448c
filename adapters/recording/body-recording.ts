import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { Poll, UnreadablePoll } from "../../core/observation/reading.ts";
import type { Attribution, Recording } from "../../core/ports/source.ts";
import { unknownLicence, velibAttribution } from "../attribution/known-networks.ts";
import { dataOf } from "../gbfs/gbfs-value.ts";
import { decodeStatus, statusReading } from "../gbfs/station-status.ts";
import type { Decoded } from "../http/json-body.ts";
import { decodeRows } from "../opendatasoft/rows-body.ts";
import { readBody } from "./body-file.ts";
import { bodyTime } from "./body-time.ts";
import { isNetworkFile, type NetworkFiles, networkFiles } from "./network-files.ts";
import { medianInterval, pollsForInterval } from "./poll-interval.ts";
import { badFormat } from "./recording-error.ts";

interface BodyFile {
  path: string;
  at: number;
  bytes: number;
}

/**
 * Opens bodies that were kept as they came, one file each with its time in its name; files without one are no polls.
 *
 * @param timeZone of the times that do not end in Z
 * @throws VelibError VELIB_RECORDING_UNREADABLE, VELIB_RECORDING_FORMAT
 */
export async function openBodyRecording(
  { network, folder, names }: { network: string; folder: string; names: readonly string[] },
  timeZone: string,
): Promise<Recording> {
  const files = await timedFiles(folder, names, timeZone);
  if (files.length === 0) {
    throw badFormat(folder, "no name of a .json file has a time", "name them like velib_data_20241108_165002.json");
  }
  const beside = await networkFiles(folder, names.filter(isNetworkFile));
  const totalBytes = files.reduce((sum, { bytes }) => sum + bytes, 0);
  return {
    description: files.length === 1 ? files[0]!.path : folder,
    network,
    attribution: beside.attribution ?? (await attributionOf(files, network)),
    intervalMs: medianInterval(files.slice(0, pollsForInterval + 1).map(({ at }) => at)),
    polls: (after) => pollsOf(files, totalBytes, beside, after),
  };
}

async function timedFiles(folder: string, names: readonly string[], timeZone: string): Promise<BodyFile[]> {
  const files: BodyFile[] = [];
  for (const name of names) {
    const at = isNetworkFile(name) ? null : bodyTime(name, timeZone);
    if (at === null) continue;
    const path = join(folder, name);
    files.push({ path, at, bytes: (await stat(path)).size });
  }
  return files.toSorted((a, b) => a.at - b.at);
}

async function* pollsOf(
  files: readonly BodyFile[],
  totalBytes: number,
  beside: NetworkFiles,
  after: number | null,
): AsyncGenerator<{ poll: Poll | UnreadablePoll; progress: number }> {
  let readBytes = 0;
  for (const { path, at, bytes } of files) {
    readBytes += bytes;
    if (after !== null && at <= after) continue;
    const body = await readBody(path);
    const content = "problem" in body ? body : decodePoll(body.value, beside);
    const poll = "problem" in content ? { at, ...content.problem } : { at, ...content.value };
    yield { poll, progress: totalBytes === 0 ? 1 : readBytes / totalBytes };
  }
}

/** Decodes a body of any of the live formats. */
function decodePoll(body: unknown, beside: NetworkFiles): Decoded<Omit<Poll, "at">> {
  if (!isStatus(body)) {
    const rows = decodeRows(body);
    return "problem" in rows ? rows : { value: { readings: rows.value.readings, feedTime: rows.value.feedTime } };
  }
  const status = decodeStatus(body);
  if ("problem" in status) return status;
  const context = { codes: beside.information?.codes ?? new Map<string, string>(), types: beside.types };
  const readings = status.value.rows.map((row) => statusReading(row, context));
  const poll = { readings, feedTime: status.value.feedTime };
  return { value: beside.information === null ? poll : { ...poll, information: beside.information.stations } };
}

function isStatus(body: unknown): boolean {
  return Array.isArray(dataOf(body)?.stations);
}

/** By the first readable body: rows of Opendatasoft are Vélib's. */
async function attributionOf(files: readonly BodyFile[], network: string): Promise<Attribution> {
  for (const { path } of files) {
    const body = await readBody(path);
    if ("problem" in body) continue;
    return "value" in decodeRows(body.value) ? velibAttribution : unknownLicence(network, null);
  }
  return unknownLicence(network, null);
}
