import type { LiveMessage } from "./wire.ts";
import { parseLiveMessage } from "./wire.ts";

export type Connection = "connecting" | "live" | "reconnecting";

export interface LiveStreamListener {
  onConnection(connection: Connection): void;
  onState(message: LiveMessage): void;
  onChanges(message: LiveMessage): void;
}

const firstRetryMs = 1_000;
const longestRetryMs = 30_000;
/** The API sends the full state every minute: three minutes of silence are a connection that died unnoticed. */
const longestSilenceMs = 180_000;

/**
 * Follows `/v1/live` until stopped. The browser reconnects by itself after a lost connection, but gives up for good
 * when the server answers with an error (it restarts, a proxy says 502): then this opens a new one, each time later.
 * A connection that stays silent too long is replaced as well.
 * Returns the function that stops it.
 */
export function followLive(url: string, listener: LiveStreamListener): () => void {
  let events: EventSource | null = null;
  let retry: number | undefined;
  let silence: number | undefined;
  let retryMs = firstRetryMs;

  function heard(): void {
    window.clearTimeout(silence);
    silence = window.setTimeout(() => {
      listener.onConnection("reconnecting");
      open();
    }, longestSilenceMs);
  }

  function open(): void {
    window.clearTimeout(retry);
    events?.close();
    const opened = new EventSource(url);
    events = opened;
    heard();
    opened.addEventListener("open", () => {
      retryMs = firstRetryMs;
      listener.onConnection("live");
    });
    opened.addEventListener("state", (event) => {
      heard();
      listener.onState(parseLiveMessage(event.data, Date.now()));
    });
    opened.addEventListener("changes", (event) => {
      heard();
      listener.onChanges(parseLiveMessage(event.data, Date.now()));
    });
    opened.addEventListener("error", () => {
      listener.onConnection("reconnecting");
      if (opened.readyState !== EventSource.CLOSED) return;
      retry = window.setTimeout(open, retryMs);
      retryMs = Math.min(retryMs * 2, longestRetryMs);
    });
  }

  function reopen(): void {
    if (events?.readyState !== EventSource.OPEN) open();
  }

  open();
  window.addEventListener("online", reopen);
  return () => {
    window.removeEventListener("online", reopen);
    window.clearTimeout(retry);
    window.clearTimeout(silence);
    events?.close();
  };
}
