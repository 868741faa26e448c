import { describe, expect, it } from "vitest";
import type { KubeObject } from "../../runtime/kube-object.ts";
import { planMongodb } from "./mongodb.ts";
import { ownInfrastructure, pipelineOf } from "./testing/backbone-pipeline.ts";
import { mongodbAccount, observedCluster, ownSecrets, secretOf } from "./testing/observed-cluster.ts";
import { mongodbReports, reported } from "./testing/partner-reports.ts";

const password = () => "thought-up";
const login = {
  ...secretOf("paris-mongodb-user", { username: "velib", password: "kept" }),
};
const labels = { "app.kubernetes.io/managed-by": "velib-operator", "app.kubernetes.io/instance": "paris" };
const ownLogin: KubeObject = { ...login, metadata: { ...login.metadata, labels } };

describe("with a replica set of its own", () => {
  const pipeline = pipelineOf({ prefix: "velib", aggregation: { retention: "35d" } });
  const replicaSet = (given = pipeline) => {
    const { objects } = planMongodb(given, observedCluster([]), password);
    const found = objects.find(({ object }) => object.kind === "MongoDBCommunity");
    if (found === undefined) throw new Error("no MongoDBCommunity");
    return found.object;
  };
  const observedWith = (status: unknown, ...more: KubeObject[]) =>
    observedCluster([reported(replicaSet(), status), mongodbAccount, ...more]);

  it("lets its user read, write and administer the pipeline's database alone", () => {
    expect(replicaSet()).toHaveProperty("spec.users", [
      {
        name: "velib",
        db: "admin",
        passwordSecretRef: { name: "paris-mongodb-user", key: "password" },
        scramCredentialsSecretName: "paris",
        roles: [
          { name: "readWrite", db: "velib" },
          { name: "dbAdmin", db: "velib" },
        ],
      },
    ]);
  });

  it("asks for volumes of the size and class of the spec, in the operator's own claims", () => {
    const storage = { size: "40Gi", storageClassName: "fast" };
    const object = replicaSet(pipelineOf({ mongodb: { community: { storage } } }));

    const claim = (name: string, size: string) => ({
      metadata: { name },
      spec: {
        accessModes: ["ReadWriteOnce"],
        storageClassName: "fast",
        resources: { requests: { storage: size } },
      },
    });
    expect(object).toHaveProperty("spec.statefulSet.spec.volumeClaimTemplates", [
      claim("data-volume", "40Gi"),
      claim("logs-volume", "2Gi"),
    ]);
  });

  it("generates the login once", () => {
    const first = planMongodb(pipeline, observedCluster([]), password);
    const later = planMongodb(pipeline, observedCluster([ownLogin]), password);

    expect(first.created.map(({ object }) => object.metadata.name)).toEqual(["paris-mongodb-user"]);
    expect(later.created).toEqual([]);
  });

  it("connects once the operator has reported the address", () => {
    const { connection } = planMongodb(pipeline, observedWith(mongodbReports.running, ownLogin), password);

    expect(connection).toMatchObject({
      state: "connected",
      config: {
        uri: "mongodb://paris-0.paris-svc.bikes.svc.cluster.local:27017/?replicaSet=paris",
        username: "velib",
        passwordFile: "/etc/velib/secrets/mongodb-login/password",
        windowsTtl: "35d",
      },
      peers: [{ port: 27017, pods: { namespace: "bikes", labels: { app: "paris-svc" } } }],
    });
  });

  it("stays connected while members are added, and says so", () => {
    const { connection, states } = planMongodb(pipeline, observedWith(mongodbReports.scaling, ownLogin), password);

    expect(connection.state).toBe("connected");
    expect(states).toEqual([expect.objectContaining({ reason: "Provisioning" })]);
  });

  it.each([
    ["its operator is silent", observedWith(undefined), "OperatorSilent"],
    ["its members start", observedWith(mongodbReports.pending), "Provisioning"],
    ["its operator fails", observedWith(mongodbReports.failed), "PartnerFailed"],
    ["the login is not seen yet", observedWith(mongodbReports.running), "Provisioning"],
    ["the CRD is missing", observedCluster([mongodbAccount], ["MongoDBCommunity"]), "CrdMissing"],
    ["its pods' service account is missing", observedCluster([]), "ServiceAccountMissing"],
    ["the name of the login is taken", observedCluster([mongodbAccount, login]), "NotOurs"],
  ])("waits while %s", (_case, observed, reason) => {
    expect(planMongodb(pipeline, observed, password).connection).toMatchObject({ state: "waiting", reason });
  });
});

describe("with a replica set of the user's own", () => {
  it("makes nothing and connects by the connection string in the user's Secret", () => {
    const plan = planMongodb(pipelineOf(ownInfrastructure), observedCluster(ownSecrets), password);

    expect(plan).toMatchObject({ objects: [], created: [], states: [] });
    expect(plan.connection).toMatchObject({
      state: "connected",
      config: {
        uriFile: "/etc/velib/secrets/mongodb-connection/uri",
        tls: { caFile: "/etc/velib/secrets/mongodb-ca/ca.pem" },
      },
      peers: [{ port: 27017 }, { port: 27018 }],
    });
    expect(JSON.stringify(plan)).not.toContain("mongo-secret");
  });

  it("says what is wrong with a connection string without showing it", () => {
    const wrong = secretOf("mongo", { uri: "velib:hunter2@mongo:27017", "ca.pem": "-----BEGIN CERTIFICATE-----" });

    const { connection } = planMongodb(pipelineOf(ownInfrastructure), observedCluster([wrong]), password);

    expect(connection).toMatchObject({
      reason: "SecretKeyMissing",
      message:
        "Secret mongo (spec.mongodb.connectionSecretRef) holds no usable uri: expected a text that begins with mongodb:// or mongodb+srv://; put it in",
    });
  });
});
