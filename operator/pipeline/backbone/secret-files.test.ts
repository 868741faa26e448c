import { expect, it } from "vitest";
import { resolveSecrets, type SecretReference } from "./secret-files.ts";
import { observedCluster, secretOf } from "./testing/observed-cluster.ts";

const login: SecretReference = {
  what: "kafka-login",
  secretName: "kafka",
  keys: [
    { key: "username", content: "text" },
    { key: "password", content: "text" },
  ],
  origin: { field: "spec.kafka.authentication.secretRef" },
};

function resolve(reference: SecretReference, ...secrets: Parameters<typeof secretOf>[]) {
  return resolveSecrets([reference], observedCluster(secrets.map((secret) => secretOf(...secret))));
}

function hashOf(values: Record<string, string>): string | undefined {
  const resolved = resolve(login, ["kafka", values]);
  return "files" in resolved ? resolved.files[0]?.contentHash : undefined;
}

it("gives the files of a complete Secret, its keys in order", () => {
  expect(resolve(login, ["kafka", { username: "velib", password: "p", other: "x" }])).toEqual({
    files: [
      {
        what: "kafka-login",
        secretName: "kafka",
        keys: ["password", "username"],
        contentHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    ],
  });
});

it("changes the hash with the values that are used, and with nothing else", () => {
  const hash = hashOf({ username: "velib", password: "p" });

  expect(hashOf({ password: "p", username: "velib", other: "x" })).toBe(hash);
  expect(hashOf({ username: "velib", password: "q" })).not.toBe(hash);
  expect(hashOf({ username: "velibp", password: "p" })).not.toBe(hashOf({ username: "velib", password: "pp" }));
});

it("names a Secret that is missing, where it is referred to and what it needs", () => {
  expect(resolve(login)).toEqual({
    state: "waiting",
    reason: "SecretMissing",
    message: "Secret kafka (spec.kafka.authentication.secretRef) is missing: create it with username, password",
  });
});

it("waits for a Secret that an operator makes", () => {
  const made: SecretReference = { ...login, origin: { operator: "the Strimzi operator" } };

  expect(resolve(made)).toMatchObject({ reason: "Provisioning", message: expect.stringContaining("Strimzi") });
  expect(resolve(made, ["kafka", { username: "velib" }])).toMatchObject({ reason: "Provisioning" });
});

it.each<[string, Record<string, string>, string]>([
  ["a key that is missing", { username: "velib", pass: "x" }, "has no key password, but pass, username"],
  ["no key at all", {}, "has no key username, but no key at all"],
  ["an empty value", { username: "velib", password: "\n" }, "holds no usable password"],
])("tells of %s", (_case, values, text) => {
  expect(resolve(login, ["kafka", values])).toMatchObject({
    reason: "SecretKeyMissing",
    message: expect.stringContaining(text),
  });
});

it.each([
  ["pem", "not a certificate"],
  ["mongodb-uri", "https://velib:hunter2@mongo"],
] as const)("refuses what is no %s without showing it", (content, value) => {
  const reference: SecretReference = { ...login, keys: [{ key: "value", content }] };

  const resolved = resolve(reference, ["kafka", { value }]);

  expect(resolved).toMatchObject({ reason: "SecretKeyMissing" });
  expect(JSON.stringify(resolved)).not.toContain(value);
});
