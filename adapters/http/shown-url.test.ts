import { expect, test } from "vitest";
import { feedUrl, percentDecoded, shownUrl } from "./shown-url.ts";

test("an address is shown without user, password and keys", () => {
  const url = feedUrl("https://me:pw@example.org/feed?apikey=abc&rows=10&access_token=t&access_token=u");
  expect(shownUrl(url)).toBe("https://example.org/feed?apikey=***&rows=10&access_token=***");
});

test.each(["opendata.paris.fr", "ftp://example.org/x", "file:///etc/passwd", ""])("%j is no feed's address", (text) => {
  expect(() => feedUrl(text)).toThrow(expect.objectContaining({ code: "VELIB_SOURCE_UNRECOGNISED" }));
});

test("an address that can't be read is not shown with its password either", () => {
  expect(() => feedUrl("http://me:pw@exa mple/?key=1")).toThrow(/^"http:\/\/exa mple\/" is not/);
});

test("percent escapes that are no UTF-8 stay", () => {
  expect([percentDecoded("a%20b"), percentDecoded("%zz")]).toEqual(["a b", "%zz"]);
});
