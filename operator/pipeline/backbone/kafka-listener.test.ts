import { expect, it } from "vitest";
import type { KubeObject } from "../../runtime/kube-object.ts";
import { bootstrapServers, checksRights, usableListener } from "./kafka-listener.ts";

const plain = { name: "plain", port: 9092, type: "internal", tls: false };
const tls = { name: "tls", port: 9093, type: "internal", tls: true };
const scram = { authentication: { type: "scram-sha-512" } };

function kafkaOf(listeners: readonly object[], more: object = {}): KubeObject {
  const metadata = { name: "shared" };
  return { apiVersion: "kafka.strimzi.io/v1", kind: "Kafka", metadata, spec: { kafka: { listeners, ...more } } };
}

it.each([
  ["encrypted login first", [plain, tls, { ...plain, ...scram }, { ...tls, ...scram, name: "both" }], "both"],
  ["login before encryption", [tls, { ...plain, ...scram, name: "login" }], "login"],
  ["encryption before nothing", [plain, tls], "tls"],
  ["the only one", [plain], "plain"],
])("takes %s", (_case, listeners, name) => {
  expect(usableListener(kafkaOf(listeners))?.name).toBe(name);
});

it.each([
  ["no listener", []],
  ["one for the outside", [{ ...tls, ...scram, type: "loadbalancer" }]],
  ["one for certificates of clients", [{ ...tls, authentication: { type: "tls" } }]],
  ["one with a certificate of the user's own", [{ ...tls, ...scram, configuration: { brokerCertChainAndKey: {} } }]],
])("takes none of %s", (_case, listeners) => {
  expect(usableListener(kafkaOf(listeners))).toBeNull();
});

it.each([
  [undefined, false],
  [{ type: "simple" }, true],
  [{ type: "custom" }, false],
  [{ type: "custom", supportsAdminApi: true }, true],
])("knows with authorization %o whether rights are checked", (authorization, expected) => {
  expect(checksRights(kafkaOf([tls], { authorization }))).toBe(expected);
});

it("reads a listener's addresses from the status", () => {
  const status = { listeners: [{ name: "tls", bootstrapServers: "a.bikes.svc:9093,b.bikes.svc:9093" }] };

  expect(bootstrapServers({ ...kafkaOf([tls]), status }, "tls")).toEqual(["a.bikes.svc:9093", "b.bikes.svc:9093"]);
  expect(bootstrapServers({ ...kafkaOf([tls]), status }, "plain")).toEqual([]);
  expect(bootstrapServers(kafkaOf([tls]), "tls")).toEqual([]);
});
