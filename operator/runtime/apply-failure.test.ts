import { describe, expect, it } from "vitest";
import { failureOf, needsEdit, notOurs } from "./apply-failure.ts";
import { KubeApiError } from "./kube-api-error.ts";

const type = { apiVersion: "v1", kind: "ConfigMap", plural: "configmaps", namespaced: true };
const key = { namespace: "city", name: "a" };
const error = (status: number, message = "PATCH /api/v1/x: the server's words") =>
  new KubeApiError({ status, reason: "Some", message, retryable: true });

describe("a failure to apply an object", () => {
  it.each([
    [400, "Refused"],
    [403, "Refused"],
    [422, "Refused"],
    [404, "Unavailable"],
    [409, "Unavailable"],
    [429, "Unavailable"],
    [500, "Unavailable"],
  ])("with HTTP %i is %s, in words without the URL", (status, reason) => {
    const failure = failureOf(error(status), type, key);

    expect(failure).toMatchObject({ reason, message: "ConfigMap city/a: the server's words" });
  });

  it("is a refusal when the schema does not know the field, though the server calls that its own error", () => {
    const message = "PATCH /x: failed to create typed patch object (a; v1): .dta: field not declared in schema";

    expect(failureOf(error(500, message), type, key).reason).toBe("Refused");
  });

  it("is no refusal when only the uid differs: our copy is stale", () => {
    const message = 'PATCH /x: ConfigMap "a" is invalid: metadata.uid: Invalid value: "1": field is immutable';

    expect(failureOf(error(422, message), type, key).reason).toBe("Unavailable");
  });

  it.each([
    ["no answer came", error(0)],
    ["it is a bug", new TypeError("bug")],
  ])("is not of one object when %s", (_, thrown) => {
    expect(() => failureOf(thrown, type, key)).toThrow(thrown);
  });
});

describe("what only an edit can help", () => {
  it.each([
    [422, "spec.selector: Invalid value: field is immutable", true],
    [400, "the body is not valid", true],
    [422, "ValidatingAdmissionPolicy 'p' with binding 'b' denied request: not today", false],
    [400, 'admission webhook "w" denied the request: not today', false],
    [403, "exceeded quota: none", false],
    [503, "try again", false],
  ])("%i %s: %s", (status, words, expected) => {
    expect(needsEdit(failureOf(error(status, words), type, key))).toBe(expected);
  });

  it("is not a name that is taken: it may be given up", () => {
    expect(needsEdit(notOurs(type, key, "someone else"))).toBe(false);
  });
});
