import { describe, expect, it } from "vitest";
import { objectNamed, workloadObjects } from "./testing/workload-context.ts";

function policy(component: string, spec: Record<string, unknown> = {}) {
  return objectNamed(workloadObjects(spec), "NetworkPolicy", `paris${component}`).spec;
}

const dns = {
  ports: [
    { port: 53, protocol: "UDP" },
    { port: 53, protocol: "TCP" },
  ],
};
const operator = {
  namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "velib-system" } },
  podSelector: { matchLabels: { "app.kubernetes.io/name": "velib-operator" } },
};
const everyPod = { namespaceSelector: {} };
const tcp = (port: number) => ({ ports: [{ port, protocol: "TCP" }] });

describe("network policies", () => {
  it("forbid everything to every pod of the pipeline first", () => {
    expect(policy("")).toEqual({
      podSelector: { matchLabels: { "velib.dev/pipeline": "paris" } },
      policyTypes: ["Ingress", "Egress"],
    });
  });

  it("let an aggregator reach DNS, Kafka, the registry and MongoDB, and be scraped", () => {
    expect(policy("-aggregator")).toMatchObject({
      ingress: [{ ...tcp(8080), from: [operator, everyPod] }],
      egress: [dns, tcp(9094), tcp(27017), tcp(27018), tcp(443)],
    });
  });

  it("let a producer reach the ports of its feeds, their token servers and the users API", () => {
    const oauth2ClientCredentials = {
      tokenUrl: "https://login.example.org:8443/token",
      clientIdSecretKeyRef: { name: "client", key: "id" },
      clientSecretSecretKeyRef: { name: "client", key: "secret" },
    };
    const sources = [
      { name: "oslo", gbfs: { url: "http://feed.example.org/gbfs.json", authentication: { oauth2ClientCredentials } } },
    ];
    const users = { randomUser: { url: "https://example.org/users" } };
    const objects = workloadObjects({ sources, users }, { objects: [clientSecret] });

    expect(objectNamed(objects, "NetworkPolicy", "paris-producer").spec).toMatchObject({
      egress: [dns, tcp(9094), tcp(443), { ports: [80, 443, 8443].map((port) => ({ port, protocol: "TCP" })) }],
    });
  });

  it("let everybody reach the API, or whom the user names and the operator", () => {
    const readers = { namespaceSelector: { matchLabels: { team: "data" } } };

    expect(policy("-api")).toMatchObject({ ingress: [tcp(8080)] });
    expect(policy("-api", { networkPolicy: { apiFrom: [readers], metricsFrom: [] } })).toMatchObject({
      ingress: [{ ...tcp(8080), from: [operator, readers] }],
    });
  });

  it("add what the user needs beside, and are not made where the user doesn't want them", () => {
    const extra = { to: [{ ipBlock: { cidr: "10.0.0.0/8" } }] };

    expect(policy("-archiver", { networkPolicy: { extraEgress: [extra] } })).toMatchObject({
      egress: expect.arrayContaining([extra]),
    });
    expect(workloadObjects({ networkPolicy: { enabled: false } }).map(({ kind }) => kind)).not.toContain(
      "NetworkPolicy",
    );
  });
});

const clientSecret = {
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "client" },
  data: { id: "aWQ=", secret: "c2VjcmV0" },
};
