import { expect, it } from "vitest";
import type { KubeObject } from "../../runtime/kube-object.ts";
import { cassandraState, mongodbState, strimziState } from "./partner-status.ts";
import { cassandraReports, mongodbReports, reported, strimziReports } from "./testing/partner-reports.ts";

function objectOf(kind: string): KubeObject {
  return { apiVersion: "partner/v1", kind, metadata: { name: "paris" } };
}

const silent = { reason: "OperatorSilent" };

it.each([
  ["nothing", undefined, silent],
  ["an empty status", {}, silent],
  ["a status of another shape", { conditions: "none" }, silent],
  [
    "Creating",
    strimziReports.creating,
    { reason: "Provisioning", message: "Kafka paris: Kafka cluster is being deployed" },
  ],
  [
    "a failure",
    strimziReports.failed,
    {
      reason: "PartnerFailed",
      message:
        "Kafka paris: Strimzi reports FatalProblem: Exceeded timeout of 300000ms while waiting for Pods resource paris-paris-0 in namespace bikes to be ready",
    },
  ],
  ["a refusal", strimziReports.topicRefused, { reason: "PartnerFailed" }],
  ["a pause", strimziReports.paused, { reason: "PartnerPaused" }],
])("Strimzi that reports %s is waited for", (_case, status, expected) => {
  expect(strimziState(reported(objectOf("Kafka"), status))).toMatchObject({ state: "waiting", ...expected });
});

it.each([
  ["Ready", strimziReports.ready],
  ["Ready with a warning", strimziReports.warned],
])("Strimzi that reports %s is done", (_case, status) => {
  expect(strimziState(reported(objectOf("Kafka"), status))).toEqual({ state: "ready" });
});

it("what Strimzi said of an older spec is not taken for the newest", () => {
  const state = strimziState(reported(objectOf("KafkaTopic"), strimziReports.ready, { generation: 2 }));

  expect(state).toMatchObject({ reason: "Provisioning" });
});

it.each([
  ["nothing", undefined, silent],
  ["Pending", mongodbReports.pending, { reason: "Provisioning" }],
  ["Failed", mongodbReports.failed, { reason: "PartnerFailed" }],
  ["that it scales", mongodbReports.scaling, { reason: "Provisioning" }],
])("MongoDB's operator that reports %s is waited for", (_case, status, expected) => {
  expect(mongodbState(reported(objectOf("MongoDBCommunity"), status))).toMatchObject({ state: "waiting", ...expected });
});

it("MongoDB's operator that reports Running is done", () => {
  expect(mongodbState(reported(objectOf("MongoDBCommunity"), mongodbReports.running))).toEqual({ state: "ready" });
});

it.each([
  ["nothing", undefined, silent],
  ["that nodes start", cassandraReports.starting, { reason: "Provisioning" }],
  ["an invalid spec", cassandraReports.invalid, { reason: "PartnerFailed" }],
  ["a stop", cassandraReports.stopped, { reason: "PartnerPaused" }],
  [
    "that it scales",
    cassandraReports.scaling,
    { reason: "Provisioning", message: expect.stringContaining("ScalingUp") },
  ],
])("cass-operator that reports %s is waited for", (_case, status, expected) => {
  expect(cassandraState(reported(objectOf("CassandraDatacenter"), status))).toMatchObject({
    state: "waiting",
    ...expected,
  });
});

it("cass-operator that reports Ready is done", () => {
  expect(cassandraState(reported(objectOf("CassandraDatacenter"), cassandraReports.ready))).toEqual({ state: "ready" });
});

it("keeps messages to one line of bounded length", () => {
  const message = `java.lang.RuntimeException\n\tat Broker\n${"x".repeat(5000)}`;
  const conditions = [{ type: "NotReady", status: "True", reason: "Exception", message }];

  const state = strimziState(reported(objectOf("Kafka"), { conditions }));

  expect(state.state === "waiting" && state.message).toMatch(/^.{10,330}$/);
});
