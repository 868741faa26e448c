import { expect, it } from "vitest";
import { shownUri } from "./mongodb-error.ts";

it.each([
  ["mongodb://velib:s3cret@a:1,b:2/db?x=y", "a:1,b:2"],
  ["mongodb+srv://velib:s3cret@cluster.example.com/", "cluster.example.com"],
  ["mongodb://a:1", "a:1"],
  ["velib:s3cret", "(no host)"],
])("shows %s without credentials", (uri, shown) => {
  expect(shownUri(uri)).toBe(shown);
});
