import { readFile } from "node:fs/promises";
import { constants, gunzipSync } from "node:zlib";
import { type Decoded, parseJson } from "../http/json-body.ts";
import { reasonOf, unreadable } from "./recording-error.ts";

/**
 * Reads a recorded body, gunzipping a `.gz`; one that breaks off is judged as far as it goes.
 * @throws VelibError VELIB_RECORDING_UNREADABLE when the system does not give the file
 */
export async function readBody(path: string): Promise<Decoded<unknown>> {
  const bytes = await bytesOf(path);
  if (!path.endsWith(".gz")) return parseJson(bytes.toString("utf8"), true);
  try {
    // With this flush the beginning of a gzip file that breaks off is given instead of an error.
    const text = gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }).toString("utf8");
    return parseJson(text, true);
  } catch (error) {
    return { problem: { reason: "unreadable-body", detail: `expected gzip: ${reasonOf(error)}`, excerpt: "" } };
  }
}

async function bytesOf(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw unreadable(path, reasonOf(error), "check the path and its permissions", error);
  }
}
