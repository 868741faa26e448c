import type { Recording } from "../../core/ports/source.ts";
import { openBodyRecording } from "./body-recording.ts";
import { openCsvRecording } from "./csv-recording.ts";
import { recordingFiles } from "./recording-path.ts";

export interface RecordingSettings {
  /** IANA zone of the times in the names of recorded bodies that do not end in Z; Europe/Paris unless told. */
  timeZone?: string;
}

const defaultTimeZone = "Europe/Paris";

/**
 * Opens a recording: a status CSV (`.csv`, `.csv.gz`, or the folder it lies in with its list of stations), or a folder
 * of bodies (`.json`, `.json.gz`) of any of the live formats. The extension may be left out.
 *
 * @throws VelibError VELIB_RECORDING_UNREADABLE, VELIB_RECORDING_FORMAT
 */
export async function openRecording(path: string, settings: RecordingSettings = {}): Promise<Recording> {
  const files = await recordingFiles(path);
  if (files.kind === "csv") return openCsvRecording(files);
  return openBodyRecording(files, settings.timeZone ?? defaultTimeZone);
}
