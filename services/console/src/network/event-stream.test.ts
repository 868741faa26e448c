import { expect, it } from "vitest";
import { eventOf } from "./event-stream.ts";

it.each([
  ['event: state\nid: 7\ndata: {"at": 1}', { event: "state", data: '{"at": 1}' }],
  ["data:no space", { event: "message", data: "no space" }],
  ["event: changes\ndata: a: b", { event: "changes", data: "a: b" }],
  [": still here", null],
  ["retry: 3000", null],
])("reads the block %j", (block, expected) => {
  expect(eventOf(block)).toEqual(expected);
});
