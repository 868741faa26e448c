import { expect, it } from "vitest";
import type { LiveObject, ResourceType } from "./kube-object.ts";
import { createOwnerCheck } from "./owner-check.ts";
import { scriptedApi } from "./testing/scripted-api.ts";

const type: ResourceType = { apiVersion: "x.test/v1", kind: "Widget", plural: "widgets", namespaced: true };
const widget = (name: string, uid: string): LiveObject => ({
  apiVersion: type.apiVersion,
  kind: type.kind,
  metadata: { name, namespace: "ns", uid, resourceVersion: "1" },
});

/** A check against a server that has this widget, with the number of times it was asked. */
function checked(live: LiveObject | null) {
  const asked: string[] = [];
  const api = scriptedApi({
    get: async (_type, { name }) => {
      asked.push(name);
      return live;
    },
  });
  return { check: createOwnerCheck(api, type), asked };
}

it("asks once a visit, however many sets want to know", async () => {
  const { check, asked } = checked(widget("a", "1"));
  const { signal } = new AbortController();

  await check(widget("a", "1"), signal);
  await check(widget("a", "1"), signal);

  expect(asked).toEqual(["a"]);
});

it("asks again in the next visit", async () => {
  const { check, asked } = checked(widget("a", "1"));

  await check(widget("a", "1"), new AbortController().signal);
  await check(widget("a", "1"), new AbortController().signal);

  expect(asked).toEqual(["a", "a"]);
});

it.each([
  ["gone", null],
  ["made anew", widget("a", "2")],
  [
    "on its way out",
    { ...widget("a", "1"), metadata: { ...widget("a", "1").metadata, deletionTimestamp: "2026-01-05T12:00:00Z" } },
  ],
])("refuses an owner that is %s", async (_what, live) => {
  const { check } = checked(live);

  await expect(check(widget("a", "1"), new AbortController().signal)).rejects.toMatchObject({ reason: "StaleOwner" });
});
