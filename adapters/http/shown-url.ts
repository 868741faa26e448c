import { SourceError } from "./source-error.ts";

const secretParameter = /key|token|secret|password|signature|auth/i;
const mask = "***";

/**
 * Reads the address of a feed.
 * @throws SourceError VELIB_SOURCE_UNRECOGNISED when it is not an absolute http or https URL
 */
export function feedUrl(text: string): URL {
  const url = URL.parse(text);
  if (url !== null && (url.protocol === "http:" || url.protocol === "https:")) return url;
  const shown = text.replace(/\/\/[^/]*@/, "//").replace(/\?.*$/s, "");
  throw new SourceError(
    "VELIB_SOURCE_UNRECOGNISED",
    `"${shown}" is not the URL of a feed; give an absolute http:// or https:// address`,
  );
}

/** A URL as it may be shown in messages: no user, no password, no value of a parameter that looks like a key. */
export function shownUrl(url: URL): string {
  const shown = new URL(url);
  shown.username = "";
  shown.password = "";
  for (const name of shown.searchParams.keys()) {
    if (secretParameter.test(name)) shown.searchParams.set(name, mask);
  }
  return shown.href;
}

/** What must not be shown of an address: servers like to quote it in their error texts. */
export function secretsOf(url: URL): string[] {
  const parameters = [...url.searchParams].filter(([name]) => secretParameter.test(name)).map(([, value]) => value);
  const secrets = [basicPair(url), percentDecoded(url.password), url.password, ...parameters];
  return secrets.filter((secret) => secret !== "");
}

/** What the user and password of an address are sent as (RFC 7617); empty when it has none. */
export function basicPair(url: URL): string {
  if (url.username === "" && url.password === "") return "";
  return Buffer.from(`${percentDecoded(url.username)}:${percentDecoded(url.password)}`).toString("base64");
}

/** The text with every secret masked, also where it stands in a JSON string. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  const written = secrets.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]);
  // The longer first: a secret may be part of another one.
  const ordered = [...new Set(written)].sort((a, b) => b.length - a.length);
  return ordered.reduce((masked, secret) => (masked.includes(secret) ? masked.replaceAll(secret, mask) : masked), text);
}

/** The text without its percent escapes; as it stands when they are no UTF-8. */
export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
