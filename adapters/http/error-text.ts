import { isObject, text } from "./json-value.ts";

const longest = 200;

/**
 * What the body of an error says, on one line of at most 200 characters: Opendatasoft's
 * `{error_code, message}` (v1.0: `{error}`), the title of an HTML page, else its beginning.
 */
export function errorText(body: string): string {
  const said = jsonMessage(body) ?? pageTitle(body) ?? body;
  const line = said.replace(/\s+/g, " ").trim();
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
}

/** The message of a JSON error body, null when it is none. */
function messageOf(value: unknown): string | null {
  if (!isObject(value)) return null;
  const message = text(value.message) ?? text(value.error) ?? text(value.detail);
  const name = text(value.error_code) ?? text(value.errorcode);
  return name !== null && message !== null ? `${name}: ${message}` : (message ?? name);
}

function jsonMessage(body: string): string | null {
  try {
    return messageOf(JSON.parse(body));
  } catch {
    return null;
  }
}

function pageTitle(body: string): string | null {
  if (!/^\s*</.test(body)) return null;
  return /<title[^>]*>([^<]*)/i.exec(body)?.[1] ?? "";
}
