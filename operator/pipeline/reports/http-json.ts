import type { GetJson } from "./process-answers.ts";

/** A pipeline of thousands of stations answers in some 10 kB; more than this is not what was asked for. */
const LARGEST_ANSWER = 4 * 1024 * 1024;

/** Plain GETs, each within `timeoutMs`. */
export function httpJson(timeoutMs: number): GetJson {
  return async (url, headers, signal, statuses = [200]) => {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const answer = await fetch(url, {
      headers: { accept: "application/json", ...headers },
      signal: limit,
      redirect: "error",
    });
    if (!statuses.includes(answer.status)) {
      await answer.body?.cancel();
      throw new Error(`${url}: answered ${answer.status}`);
    }
    const text = await answer.text();
    if (text.length > LARGEST_ANSWER) throw new Error(`${url}: answered with ${text.length} characters`);
    return JSON.parse(text);
  };
}
