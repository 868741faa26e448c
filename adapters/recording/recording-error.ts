import { VelibError } from "../../core/errors.ts";

export function unreadable(path: string, why: string, remedy: string, cause?: unknown): VelibError {
  const options = cause === undefined ? undefined : { cause };
  return new VelibError("VELIB_RECORDING_UNREADABLE", `cannot read the recording ${path}: ${why}; ${remedy}`, options);
}

export function badFormat(path: string, why: string, remedy: string): VelibError {
  return new VelibError("VELIB_RECORDING_FORMAT", `${path} is no recording: ${why}; ${remedy}`);
}

/** What the system says about a file it did not give. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const reasons: Record<string, string> = {
    ENOENT: "there is no such file or folder",
    EACCES: "the permission is missing",
    EISDIR: "it is a folder",
    Z_BUF_ERROR: "the gzip file breaks off",
    Z_DATA_ERROR: "the gzip file is damaged",
  };
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  return reasons[code] ?? error.message;
}
