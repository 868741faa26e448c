import { shownUrl } from "./shown-url.ts";
import { SourceError } from "./source-error.ts";

export interface ReceivedBody {
  body: string;
  /** False when the connection broke off within the body. */
  complete: boolean;
}

/**
 * Reads at most `maxBytes` (after decompression); a longer body is cut there or refused.
 * @throws SourceError VELIB_SOURCE_TOO_LARGE; fetch's own error when nothing of the body came, or `signal` aborted
 */
export async function readBody(
  url: URL,
  response: Response,
  maxBytes: number,
  signal: AbortSignal,
  longer: "cut" | "refuse",
): Promise<ReceivedBody> {
  if (longer === "refuse" && Number(response.headers.get("content-length")) > maxBytes) {
    await response.body?.cancel();
    throw tooLarge(url, maxBytes);
  }
  const decoder = new TextDecoder();
  let body = "";
  let bytes = 0;
  try {
    for await (const chunk of response.body ?? []) {
      bytes += chunk.byteLength;
      if (bytes > maxBytes && longer === "refuse") throw tooLarge(url, maxBytes);
      body += decoder.decode(chunk, { stream: true });
      if (bytes > maxBytes) break;
    }
  } catch (error) {
    // A body that breaks off is the feed's content as far as it goes: 1 of 2,289 Vélib exports is such a one.
    if (error instanceof SourceError || signal.aborted) throw error;
    // Of a compressed body the break may overtake all that was decompressed until then.
    if (bytes === 0 && !response.headers.has("content-encoding")) throw error;
    return { body: body + decoder.decode(), complete: false };
  }
  return { body: body + decoder.decode(), complete: true };
}

function tooLarge(url: URL, maxBytes: number): SourceError {
  const mebibytes = Math.round((maxBytes / 1024 / 1024) * 100) / 100;
  return new SourceError(
    "VELIB_SOURCE_TOO_LARGE",
    `the body of ${shownUrl(url)} is larger than ${mebibytes} MiB; is it the address of a station feed?`,
  );
}
