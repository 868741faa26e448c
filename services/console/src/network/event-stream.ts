import { askApi } from "./reader-token.ts";

export interface StreamEvent {
  event: string;
  data: string;
}

/**
 * Follows a stream of server-sent events to its end. The browser's own EventSource can't send a token.
 * @throws as `askApi`, and when the connection breaks off
 */
export async function followEvents(
  url: string,
  signal: AbortSignal,
  onOpen: () => void,
  onEvent: (event: StreamEvent) => void,
): Promise<void> {
  const response = await askApi(url, "text/event-stream", signal);
  onOpen();
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const chunk = await reader?.read();
    if (chunk === undefined || chunk.done) return;
    const blocks = (text + chunk.value).split("\n\n");
    text = blocks.pop() ?? "";
    for (const block of blocks) {
      const event = eventOf(block);
      if (event !== null) onEvent(event);
    }
  }
}

/** The event of a block of the stream; null for one without data, such as a comment. */
export function eventOf(block: string): StreamEvent | null {
  const fields = new Map(
    block.split("\n").map((line): [string, string] => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, "")];
    }),
  );
  const data = fields.get("data");
  return data === undefined ? null : { event: fields.get("event") ?? "message", data };
}
