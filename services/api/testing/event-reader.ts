/** A message of an event stream; a comment has only `comment`. */
export interface StreamMessage {
  event?: string;
  id?: number;
  retry?: number;
  comment?: string;
  data?: { at: string; sources: Record<string, unknown>[]; stations: Record<string, unknown>[] };
}

/** Follows a server-sent event stream over a real connection. */
export async function openEventStream(url: string, headers: Record<string, string> = {}) {
  const abort = new AbortController();
  const response = await fetch(url, { headers, signal: abort.signal });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";

  /** The next message; null when the server ended the stream. */
  async function next(): Promise<StreamMessage | null> {
    for (;;) {
      const end = text.indexOf("\n\n");
      if (end >= 0) {
        const block = text.slice(0, end);
        text = text.slice(end + 2);
        return parseBlock(block);
      }
      const chunk = await reader?.read();
      if (chunk === undefined || chunk.done) return null;
      text += chunk.value;
    }
  }

  /** The next message that is not the `retry` field alone. */
  async function nextEvent(): Promise<StreamMessage | null> {
    const message = await next();
    return message?.retry === undefined ? message : next();
  }

  return { response, next, nextEvent, close: () => abort.abort() };
}

function parseBlock(block: string): StreamMessage {
  const message: StreamMessage = {};
  for (const line of block.split("\n")) {
    const colon = line.indexOf(":");
    const field = line.slice(0, colon);
    const value = line.slice(colon + 1).trimStart();
    if (field === "") message.comment = value;
    if (field === "event") message.event = value;
    if (field === "id") message.id = Number(value);
    if (field === "retry") message.retry = Number(value);
    if (field === "data") message.data = JSON.parse(value);
  }
  return message;
}
