import { describe, expect, it } from "vitest";
import type { KubeObject } from "../../runtime/kube-object.ts";
import { datacenterObject, planCassandra } from "./cassandra.ts";
import { ownInfrastructure, pipelineOf } from "./testing/backbone-pipeline.ts";
import { observedCluster, ownSecrets, secretOf } from "./testing/observed-cluster.ts";
import { cassandraReports, reported } from "./testing/partner-reports.ts";

const password = () => "thought-up";
const datacenter = { version: "5.0.6", size: 3, heap: "2Gi", storage: { size: "20Gi", storageClassName: "fast" } };

describe("with a data centre of its own", () => {
  const pipeline = pipelineOf({ cassandra: { datacenter, replication: 3 }, archive: { retention: "365d" } });
  const login = secretOf("paris-cassandra-superuser", { username: "velib", password: "kept" });
  const labels = { "app.kubernetes.io/managed-by": "velib-operator", "app.kubernetes.io/instance": "paris" };
  const ownLogin: KubeObject = { ...login, metadata: { ...login.metadata, labels } };
  const observedWith = (status: unknown, metadata = {}) =>
    observedCluster([reported(datacenterObject(pipeline, datacenter), status, metadata), ownLogin]);

  it("asks for the nodes of the spec, with heap, memory for twice of it, and log-in", () => {
    expect(datacenterObject(pipeline, datacenter).spec).toMatchObject({
      clusterName: "paris",
      serverVersion: "5.0.6",
      size: 3,
      superuserSecretName: "paris-cassandra-superuser",
      resources: { requests: { memory: "4096Mi" } },
      config: {
        "jvm-server-options": { initial_heap_size: "2048M", max_heap_size: "2048M" },
        "cassandra-yaml": { authenticator: "PasswordAuthenticator", authorizer: "CassandraAuthorizer" },
      },
      storageConfig: {
        cassandraDataVolumeClaimSpec: { storageClassName: "fast", resources: { requests: { storage: "20Gi" } } },
      },
    });
  });

  it.each([
    ["Retain", "false"],
    ["Delete", "true"],
  ])("tells cass-operator by the deletion policy %s whether to delete volumes: %s", (deletionPolicy, expected) => {
    const { annotations } = datacenterObject(pipelineOf({ deletionPolicy }), datacenter).metadata;

    expect(annotations?.["cassandra.datastax.com/delete-pvc"]).toBe(expected);
  });

  it("connects once the nodes were up", () => {
    expect(planCassandra(pipeline, observedWith(cassandraReports.ready), password).connection).toMatchObject({
      state: "connected",
      config: {
        contactPoints: ["paris-paris-service.bikes.svc:9042"],
        localDataCenter: "paris",
        replication: { paris: 3 },
        consistency: "LOCAL_QUORUM",
        username: "velib",
        passwordFile: "/etc/velib/secrets/cassandra-login/password",
        historyTtl: "365d",
      },
      peers: [{ port: 9042, pods: { namespace: "bikes" } }],
    });
  });

  it("stays connected while nodes are added, and says so", () => {
    const { connection, states } = planCassandra(pipeline, observedWith(cassandraReports.scaling), password);

    expect(connection.state).toBe("connected");
    expect(states).toEqual([expect.objectContaining({ reason: "Provisioning" })]);
  });

  it.each([
    ["cass-operator is silent", observedWith(undefined), "OperatorSilent"],
    ["nodes start", observedWith(cassandraReports.starting), "Provisioning"],
    ["cass-operator refuses it", observedWith(cassandraReports.invalid), "PartnerFailed"],
    [
      "it is being deleted",
      observedWith(cassandraReports.ready, { deletionTimestamp: "2025-01-01T00:00:00Z" }),
      "Terminating",
    ],
    ["the CRD is missing", observedCluster([], ["CassandraDatacenter"]), "CrdMissing"],
    ["the name of the login is taken", observedCluster([login]), "NotOurs"],
  ])("waits while %s", (_case, observed, reason) => {
    expect(planCassandra(pipeline, observed, password).connection).toMatchObject({ state: "waiting", reason });
  });
});

it("makes nothing for a cluster of the user's own and connects by the user's Secrets", () => {
  const plan = planCassandra(pipelineOf(ownInfrastructure), observedCluster(ownSecrets), password);

  expect(plan).toMatchObject({ objects: [], created: [], states: [] });
  expect(plan.connection).toMatchObject({
    state: "connected",
    config: {
      contactPoints: ["cassandra-1.example.org", "cassandra-2.example.org:9142"],
      localDataCenter: "eu-west",
      replication: { "eu-west": 3 },
      usernameFile: "/etc/velib/secrets/cassandra-login/username",
      passwordFile: "/etc/velib/secrets/cassandra-login/password",
      tls: { caFile: "/etc/velib/secrets/cassandra-ca/ca.crt" },
    },
    peers: [{ port: 9042 }, { port: 9142 }],
  });
});
