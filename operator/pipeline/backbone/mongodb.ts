import type { Mongodb } from "../../api/backbone.ts";
import { pipelinePrefix, type VelibPipeline } from "../../api/velib-pipeline.ts";
import { isTerminating, type KubeObject } from "../../runtime/kube-object.ts";
import type { Connection, MongodbSection, Waiting } from "../connections.ts";
import { backboneLabels, backboneNames, namespaceOf } from "./backbone-names.ts";
import { type ComponentPlan, missingKind, stateOf, writable } from "./component-plan.ts";
import { generatedLogin } from "./generated-secrets.ts";
import { connectionStringPlan } from "./mongodb-connection-string.ts";
import type { ObservedObjects } from "./observed-objects.ts";
import { mongodbKind, serviceAccountKind } from "./partner-kinds.ts";
import { mongodbAddress, mongodbState, type PartnerState } from "./partner-status.ts";
import { windowsTtl } from "./result-retention.ts";
import { dataAnnotations } from "./retained-objects.ts";
import { fileOf, resolveSecrets, type SecretReference } from "./secret-files.ts";

type Community = NonNullable<Mongodb["community"]>;

const username = "velib";
/** The database that the user is kept in: where drivers look unless the connection string says otherwise. */
const usersDatabase = "admin";
const port = 27017;
/** What the operator runs MongoDB's pods under; its installation makes it, in each namespace it serves. */
const serviceAccount = "mongodb-database";

/** MongoDB for a pipeline: a replica set of its own, or one that is there already. */
export function planMongodb(
  pipeline: VelibPipeline,
  observed: ObservedObjects,
  newPassword: () => string,
): ComponentPlan<MongodbSection> {
  const { community } = pipeline.spec.mongodb;
  if (community === undefined) return connectionStringPlan(pipeline, observed);

  const { mongodb: name, mongodbSecret } = backboneNames(pipeline);
  const metadata = {
    name: mongodbSecret,
    labels: backboneLabels(pipeline, "mongodb"),
    annotations: dataAnnotations(pipeline),
  };
  const login = generatedLogin({ metadata, username }, observed, newPassword);
  const replicaSet = { type: mongodbKind, object: communityObject(pipeline, community) };
  const { objects, blocked } = writable([...login.applied, replicaSet], pipeline, observed);

  const state = stateOf({ type: mongodbKind, name }, observed, mongodbState);
  const stop = missingKind([mongodbKind], observed) ?? blocked ?? missingAccount(pipeline, observed);
  return {
    objects,
    created: login.created,
    connection: stop ?? connect(pipeline, observed, state),
    states: [state],
  };
}

/**
 * https://github.com/mongodb/mongodb-kubernetes-operator/blob/v0.13.0/api/v1/mongodbcommunity_types.go
 */
export function communityObject(pipeline: VelibPipeline, { version, members, storage }: Community): KubeObject {
  const { mongodb: name, mongodbSecret } = backboneNames(pipeline);
  const claim = (volume: string, size: string) => ({
    metadata: { name: volume },
    spec: {
      accessModes: ["ReadWriteOnce"],
      ...(storage.storageClassName === undefined ? {} : { storageClassName: storage.storageClassName }),
      resources: { requests: { storage: size } },
    },
  });
  return {
    apiVersion: mongodbKind.apiVersion,
    kind: mongodbKind.kind,
    metadata: { name, labels: backboneLabels(pipeline, "mongodb"), annotations: dataAnnotations(pipeline) },
    spec: {
      type: "ReplicaSet",
      members,
      version,
      security: { authentication: { modes: ["SCRAM"] } },
      users: [
        {
          ...replicaSetUser(pipeline),
          passwordSecretRef: { name: mongodbSecret, key: "password" },
          scramCredentialsSecretName: name,
        },
      ],
      // Names of the operator's own claim templates. Its default for logs is 2G of the default class.
      statefulSet: {
        spec: { volumeClaimTemplates: [claim("data-volume", storage.size), claim("logs-volume", "2Gi")] },
      },
    },
  };
}

/**
 * The user of a pipeline, with rights on its database alone. `dbAdmin` beside `readWrite`: the services set how long
 * windows are kept (`collMod`).
 */
export function replicaSetUser(pipeline: VelibPipeline) {
  const roles = ["readWrite", "dbAdmin"].map((name) => ({ name, db: pipelinePrefix(pipeline) }));
  return { name: username, db: usersDatabase, roles };
}

/** Connected from the time all members ran at once: the operator then writes down where they are. */
function connect(pipeline: VelibPipeline, observed: ObservedObjects, state: PartnerState): Connection<MongodbSection> {
  const { mongodb: name, mongodbSecret } = backboneNames(pipeline);
  const live = observed.get(mongodbKind, name);
  const uri = live === null || isTerminating(live) ? null : mongodbAddress(live);
  if (uri === null) return state.state === "waiting" ? state : addressMissing(name);
  const login: SecretReference = {
    what: "mongodb-login",
    secretName: mongodbSecret,
    keys: [{ key: "password", content: "text" }],
    origin: { operator: "this operator" },
  };
  const resolved = resolveSecrets([login], observed);
  if ("state" in resolved) return resolved;
  return {
    state: "connected",
    config: { uri, username, passwordFile: fileOf(login, "password"), ...windowsTtl(pipeline) },
    secrets: resolved.files,
    // The label of the operator's pods, which its Service selects by.
    peers: [{ port, pods: { namespace: namespaceOf(pipeline), labels: { app: `${name}-svc` } } }],
  };
}

function missingAccount(pipeline: VelibPipeline, observed: ObservedObjects): Waiting | null {
  if (observed.get(serviceAccountKind, serviceAccount) !== null) return null;
  const namespace = namespaceOf(pipeline);
  const message = `ServiceAccount ${serviceAccount} is missing in namespace ${namespace}: MongoDB's pods run under it; install the MongoDB operator's database role there`;
  return { state: "waiting", reason: "ServiceAccountMissing", message };
}

function addressMissing(name: string): Waiting {
  const message = `MongoDBCommunity ${name}: its operator has not reported its address yet`;
  return { state: "waiting", reason: "Provisioning", message };
}
