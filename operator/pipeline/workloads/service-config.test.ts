import { describe, expect, it } from "vitest";
import { checkBackboneConfig } from "../../../services/config/load-backbone-config.ts";
import { secretOf } from "../backbone/testing/observed-cluster.ts";
import { type ConfiguredProcess, serviceConfig } from "./service-config.ts";
import { contextOf, type Given } from "./testing/workload-context.ts";
import { workloadComponents } from "./workload-names.ts";

const processes: ConfiguredProcess[] = [...workloadComponents, "trainer"];

function documentOf(process: ConfiguredProcess, spec: Record<string, unknown> = {}, given: Given = {}) {
  const { pipeline, connections } = contextOf(spec, given);
  const shard = process === "producer" ? { sources: pipeline.spec.sources, withUsers: true } : null;
  const config = serviceConfig(pipeline, process, shard, connections);
  if ("reason" in config) throw new Error(config.message);
  return JSON.parse(config.text);
}

const everySource = {
  sources: [
    {
      name: "paris",
      opendatasoft: { url: "https://opendata.paris.fr/", dataset: "velib-disponibilite-en-temps-reel" },
      hold: "12m",
    },
    { name: "oslo", gbfs: { url: "https://example.org/gbfs.json", interval: "30s" } },
    { name: "recorded", replay: { claimName: "recordings", path: "paris/2024-11", pace: "60x" } },
    { name: "made-up", simulator: { stations: 300, seed: 7 } },
  ],
};

const users = {
  randomUser: { url: "https://example.org/users", nationalities: ["fr"] },
  personalData: { email: "Hash", hashKeySecretKeyRef: { name: "users-key", key: "key" } },
};

describe("the services accept the configuration that the operator writes", () => {
  it.each([
    ["the smallest pipeline", {}],
    ["every kind of source", everySource],
    ["users", { users }],
    ["zones by commune", { zones: { by: "Commune" } }],
    ["zones by polygons", { zones: { geojson: { configMapRef: { name: "districts" } } } }],
    ["zones by cells", { zones: { h3: {} } }],
    [
      "a prefix, kept for a time",
      { prefix: "velib-paris", aggregation: { retention: "400d" }, archive: { retention: "90d" } },
    ],
    ["a batch with a report", { batch: { reports: [{ name: "all", sql: "SELECT 1" }] } }],
  ])("with %s", (_, spec) => {
    for (const process of processes) {
      const document = documentOf(process, spec);

      expect(() => checkBackboneConfig(document, process)).not.toThrow();
    }
  });
});

describe("a process's configuration", () => {
  it("holds only what the process reads", () => {
    expect(Object.keys(documentOf("producer", { users }))).toEqual([
      "pipeline",
      "http",
      "sources",
      "deduplication",
      "users",
      "kafka",
      "schemaRegistry",
    ]);
    expect(Object.keys(documentOf("aggregator"))).toEqual([
      "pipeline",
      "http",
      "aggregation",
      "kafka",
      "mongodb",
      "schemaRegistry",
    ]);
    expect(Object.keys(documentOf("api"))).toEqual(["pipeline", "http", "sources", "kafka", "mongodb"]);
    expect(Object.keys(documentOf("archiver"))).toEqual(["pipeline", "http", "kafka", "cassandra", "schemaRegistry"]);
  });

  it("is called by the prefix, not by the resource's name", () => {
    expect(documentOf("aggregator", { prefix: "velib-paris" }).pipeline).toBe("velib-paris");
  });

  it("names every credential of a source as a file and holds none", () => {
    const credentials = [
      secretOf("keys", { "api-key": "SECRET-1" }),
      secretOf("token", { token: "SECRET-2" }),
      secretOf("client", { id: "SECRET-3", secret: "SECRET-4" }),
    ];
    const gbfs = { url: "https://example.org/gbfs.json" };
    const headers = [{ name: "X-Api-Key", secretKeyRef: { name: "keys", key: "api-key" } }];
    const oauth2ClientCredentials = {
      tokenUrl: "https://login.example.org/token",
      clientIdSecretKeyRef: { name: "client", key: "id" },
      clientSecretSecretKeyRef: { name: "client", key: "secret" },
    };
    const sources = [
      { name: "a", gbfs: { ...gbfs, authentication: { headers } } },
      { name: "b", gbfs: { ...gbfs, authentication: { bearer: { secretKeyRef: { name: "token", key: "token" } } } } },
      { name: "c", gbfs: { ...gbfs, authentication: { oauth2ClientCredentials } } },
    ];

    const document = documentOf("producer", { sources }, { objects: credentials });

    expect(JSON.stringify(document)).not.toContain("SECRET");
    expect(document.sources.map(({ url }: { url: { authentication: unknown } }) => url.authentication)).toEqual([
      { headers: [{ name: "X-Api-Key", valueFile: "/etc/velib/secrets/source-a-keys/api-key" }] },
      { bearer: { tokenFile: "/etc/velib/secrets/source-b-token/token" } },
      {
        oauth2ClientCredentials: {
          tokenUrl: "https://login.example.org/token",
          clientIdFile: "/etc/velib/secrets/source-c-client/id",
          clientSecretFile: "/etc/velib/secrets/source-c-client/secret",
          scopes: [],
        },
      },
    ]);
    expect(JSON.stringify(documentOf("api", { sources }).sources)).not.toContain("authentication");
  });

  it("is held with the cause while what it needs is not there", () => {
    const { pipeline, connections } = contextOf({}, { secrets: [] });

    expect(serviceConfig(pipeline, "aggregator", null, connections)).toMatchObject({
      reason: "SecretMissing",
      message: expect.stringContaining("Secret kafka"),
    });
  });
});
