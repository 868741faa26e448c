/** The API asks for a token and knows none of what this page sent. */
export class Unauthorised extends Error {
  override readonly name = "Unauthorised";
}

const storageKey = "velib-token";

/** The token that was given in this tab; it is forgotten with the tab. */
export function readerToken(): string | null {
  return sessionStorage.getItem(storageKey);
}

export function keepReaderToken(token: string): void {
  sessionStorage.setItem(storageKey, token);
}

/** Asks the API with the reader's token, where one was given. @throws Unauthorised | Error for any other answer than success */
export async function askApi(url: string, accept: string, signal: AbortSignal | null): Promise<Response> {
  const token = readerToken();
  const headers = { accept, ...(token === null ? {} : { authorization: `Bearer ${token}` }) };
  const response = await fetch(url, { headers, signal });
  if (response.status === 401) throw new Unauthorised("the API asks for a token");
  if (!response.ok) throw new Error(`the API answered ${response.status} for ${new URL(url).pathname}`);
  return response;
}
