/**
 * One event in the format of the HTML standard, § 9.2.5 "Parsing an event stream". `data` must hold no line break,
 * as JSON without indentation does.
 */
export function serverSentEvent(event: string, id: number, data: string): string {
  return `event: ${event}\nid: ${id}\ndata: ${data}\n\n`;
}

/** How long a client waits before it connects again, ms. */
export function retryField(ms: number): string {
  return `retry: ${ms}\n\n`;
}

/** A comment: keeps proxies from closing a quiet connection. */
export const heartbeat = ": still here\n\n";
