import { readFile } from "node:fs/promises";
import { SourceError } from "./source-error.ts";

/** What a header may carry of ASCII, without space at its ends (RFC 9110 §5.5). */
const headerValue = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;

/**
 * The secret that a file holds; a line break at its end does not count. The message says nothing of its content.
 * @throws SourceError VELIB_SOURCE_CREDENTIALS when it can't be read or its content can't stand in a header
 */
export async function readSecret(path: string): Promise<string> {
  let content: string;
  try {
    content = (await readFile(path, "utf8")).replace(/\r?\n$/, "");
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new SourceError("VELIB_SOURCE_CREDENTIALS", `${path}: ${why}; give a readable file`, { cause });
  }
  if (isHeaderValue(content)) return content;
  const found = content === "" ? "nothing" : "other characters";
  throw new SourceError(
    "VELIB_SOURCE_CREDENTIALS",
    `${path}: expected one line of ASCII characters, found ${found}; write the secret alone into the file`,
  );
}

export function isHeaderValue(text: string): boolean {
  return headerValue.test(text);
}
