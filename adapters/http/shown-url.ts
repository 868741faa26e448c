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

/** What must not be shown of a request: servers like to quote it in their error texts. */
export function secretsOf(url: URL, headers: Record<string, string>): string[] {
  const parameters = [...url.searchParams].filter(([name]) => secretParameter.test(name)).map(([, value]) => value);
  const secrets = [percentDecoded(url.password), url.password, ...parameters, ...Object.values(headers)];
  return secrets.filter((secret) => secret !== "");
}

/** The text with every secret masked. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.reduce((masked, secret) => masked.replaceAll(secret, mask), text);
}

/** The text without its percent escapes; as it stands when they are no UTF-8. */
export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
