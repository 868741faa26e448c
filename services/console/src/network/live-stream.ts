import { followEvents } from "./event-stream.ts";
import { Unauthorised } from "./reader-token.ts";
import type { LiveMessage } from "./wire.ts";
import { parseLiveMessage } from "./wire.ts";

export type Connection = "connecting" | "live" | "reconnecting";

export interface LiveStreamListener {
  onConnection(connection: Connection): void;
  onState(message: LiveMessage): void;
  onChanges(message: LiveMessage): void;
  /** The API asks for a token: nothing comes before this is followed anew. */
  onUnauthorised(): void;
}

const firstRetryMs = 1_000;
const longestRetryMs = 30_000;
/** The API sends the full state every minute: three minutes of silence are a connection that died unnoticed. */
const longestSilenceMs = 180_000;

/**
 * Follows `/v1/live` until stopped. A connection that is lost or refused is opened anew, each time later; one that
 * stays silent too long is replaced. Returns the function that stops it.
 */
export function followLive(url: string, listener: LiveStreamListener): () => void {
  let current = new AbortController();
  let isOpen = false;
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
    stop();
    const connection = new AbortController();
    current = connection;
    heard();
    const opened = () => {
      isOpen = true;
      retryMs = firstRetryMs;
      listener.onConnection("live");
    };
    const followed = followEvents(url, connection.signal, opened, ({ event, data }) => {
      heard();
      if (event === "state") listener.onState(parseLiveMessage(data, Date.now()));
      if (event === "changes") listener.onChanges(parseLiveMessage(data, Date.now()));
    });
    followed.then(
      () => lost(connection.signal, null),
      (cause: unknown) => lost(connection.signal, cause),
    );
  }

  function lost(connection: AbortSignal, cause: unknown): void {
    if (connection.aborted) return;
    stop();
    if (cause instanceof Unauthorised) {
      listener.onUnauthorised();
      return;
    }
    listener.onConnection("reconnecting");
    retry = window.setTimeout(open, retryMs);
    retryMs = Math.min(retryMs * 2, longestRetryMs);
  }

  function stop(): void {
    isOpen = false;
    window.clearTimeout(retry);
    window.clearTimeout(silence);
    current.abort();
  }

  function reopen(): void {
    if (!isOpen) open();
  }

  open();
  window.addEventListener("online", reopen);
  return () => {
    window.removeEventListener("online", reopen);
    stop();
  };
}
