import { expect, test } from "vitest";
import { errorText } from "./error-text.ts";

test.each([
  ['{"error_code": "InvalidRESTParameterError", "message": "limit  is -2"}', "InvalidRESTParameterError: limit is -2"],
  ['{"errorcode": 10002, "error": "Too many requests on the domain."}', "Too many requests on the domain."],
  ["<html><head><title>502 Bad Gateway</title></head><body>x</body></html>", "502 Bad Gateway"],
  ["<html><body>x</body></html>", ""],
  ["plain\n  text", "plain text"],
  ["", ""],
])("%j says %j", (body, expected) => {
  expect(errorText(body)).toBe(expected);
});
