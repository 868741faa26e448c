import { expect, it } from "vitest";
import { generatedLogin } from "./generated-secrets.ts";
import { observedCluster, secretOf } from "./testing/observed-cluster.ts";

const login = { metadata: { name: "paris-mongodb-user", labels: { owner: "paris" } }, username: "velib" };

it("thinks up a password where there is no Secret yet", () => {
  const { applied, created } = generatedLogin(login, observedCluster([]), () => "s3cret");

  expect(applied).toEqual([]);
  expect(created[0]?.object).toEqual({
    apiVersion: "v1",
    kind: "Secret",
    metadata: login.metadata,
    type: "kubernetes.io/basic-auth",
    data: { username: "dmVsaWI=", password: "czNjcmV0" },
  });
});

it("neither writes nor thinks up a password where there is a Secret", () => {
  const observed = observedCluster([secretOf("paris-mongodb-user", { username: "velib", password: "kept" })]);

  const { applied, created } = generatedLogin(login, observed, () => {
    throw new Error("asked for a password");
  });

  expect(created).toEqual([]);
  expect(applied[0]?.object).not.toHaveProperty("data");
  expect(applied[0]?.object).not.toHaveProperty("stringData");
});
