import { expect, test } from "vitest";
import { retryAfterMs } from "./retry-after.ts";

const now = Date.UTC(2024, 10, 8, 15, 0, 0);
const seconds = now / 1000;

test.each([
  ["no header", {}, 429, null],
  ["seconds", { "retry-after": "120" }, 503, 120_000],
  ["a date", { "retry-after": "Fri, 08 Nov 2024 15:00:10 GMT" }, 503, 10_000],
  ["a date that has passed", { "retry-after": "Fri, 08 Nov 2024 14:00:00 GMT" }, 503, 0],
  ["a wish of a year", { "retry-after": "31536000" }, 503, 86_400_000],
  ["nonsense", { "retry-after": "soon" }, 503, null],
  ["a quota's end in POSIX seconds", { "x-ratelimit-reset": String(seconds + 90) }, 429, 90_000],
  ["a quota's end as a date", { "x-ratelimit-reset": "2024-11-08 15:01:00+00:00" }, 429, 60_000],
  ["a quota's end on an answer that is no 429", { "x-ratelimit-reset": String(seconds + 90) }, 500, null],
  ["both: Retry-After", { "retry-after": "1", "x-ratelimit-reset": String(seconds + 90) }, 429, 1000],
])("%s", (_, headers, status, expected) => {
  expect(retryAfterMs(new Headers(headers), status, now)).toBe(expected);
});
