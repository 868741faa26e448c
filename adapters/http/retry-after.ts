/** Quotas are counted per day at the longest; a longer wish is a server's mistake and would stop a source for good. */
const longestWishMs = 24 * 3600 * 1000;

/**
 * How long a server asks to be left alone, ms, or null when it does not say: `Retry-After` (seconds or an HTTP date,
 * RFC 9110 §10.2.3), else the `X-RateLimit-Reset` of Opendatasoft's 429 (a date, or POSIX seconds). Dates count from
 * the answer's own `Date` where there is one, so that a wrong clock on either side does not matter.
 */
export function retryAfterMs(headers: Headers, status: number, now: number): number | null {
  const date = Date.parse(headers.get("date") ?? "");
  const serverNow = Number.isNaN(date) ? now : date;
  const wish =
    afterOrUntil(headers.get("retry-after"), serverNow) ??
    (status === 429 ? untilReset(headers.get("x-ratelimit-reset"), serverNow) : null);
  return wish === null ? null : Math.min(Math.max(wish, 0), longestWishMs);
}

function afterOrUntil(value: string | null, now: number): number | null {
  if (value === null) return null;
  if (/^\s*\d+\s*$/.test(value)) return Number(value) * 1000;
  return untilDate(value, now);
}

function untilReset(value: string | null, now: number): number | null {
  if (value === null) return null;
  if (/^\s*\d+(\.\d+)?\s*$/.test(value)) return Number(value) * 1000 - now;
  return untilDate(value, now);
}

function untilDate(value: string, now: number): number | null {
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : date - now;
}
