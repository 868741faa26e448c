import { expect, it } from "vitest";
import { registryConnection } from "./schema-registry.ts";
import { ownInfrastructure, pipelineOf } from "./testing/backbone-pipeline.ts";
import { observedCluster, ownSecrets, secretOf } from "./testing/observed-cluster.ts";
import { backboneSecretNames } from "./watched-secrets.ts";

const pipeline = pipelineOf(ownInfrastructure);

it("is none where the spec names none", () => {
  expect(registryConnection(pipelineOf(), observedCluster([]))).toBeNull();
});

it("is reached with nothing but its address where no more is asked for", () => {
  const url = "http://registry.tools:8081";

  expect(registryConnection(pipelineOf({ schemaRegistry: { url } }), observedCluster([]))).toEqual({
    state: "connected",
    config: { url },
    secrets: [],
    peers: expect.any(Array),
  });
});

it("is reached with the login and the authorities of the Secrets, as files", () => {
  expect(registryConnection(pipeline, observedCluster(ownSecrets))).toMatchObject({
    state: "connected",
    config: {
      url: "https://registry.example.org",
      usernameFile: "/etc/velib/secrets/schema-registry-login/key",
      passwordFile: "/etc/velib/secrets/schema-registry-login/secret",
      tls: { caFile: "/etc/velib/secrets/schema-registry-ca/ca.crt" },
    },
    secrets: [
      { what: "schema-registry-ca", secretName: "registry", keys: ["ca.crt"] },
      { what: "schema-registry-login", secretName: "registry", keys: ["key", "secret"] },
    ],
  });
});

it("waits for the Secret, then for its key, and names both and the field", () => {
  const without = ownSecrets.filter(({ metadata }) => metadata.name !== "registry");
  const incomplete = secretOf("registry", { key: "velib", "ca.crt": "-----BEGIN CERTIFICATE-----" });

  expect(registryConnection(pipeline, observedCluster(without))).toEqual({
    state: "waiting",
    reason: "SecretMissing",
    message: "Secret registry (spec.schemaRegistry.tls.caSecretKeyRef) is missing: create it with ca.crt",
  });
  expect(registryConnection(pipeline, observedCluster([...without, incomplete]))).toMatchObject({
    state: "waiting",
    reason: "SecretKeyMissing",
    message: expect.stringContaining("Secret registry (spec.schemaRegistry.credentialsSecretRef) has no key secret"),
  });
});

it("is looked at again when its Secret changes", () => {
  expect(backboneSecretNames(pipeline)).toContain("registry");
});
