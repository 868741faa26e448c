import type { Cassandra } from "../../api/backbone.ts";
import type { VelibPipeline } from "../../api/velib-pipeline.ts";
import { isTerminating, type KubeObject } from "../../runtime/kube-object.ts";
import type { CassandraSection, Connection } from "../connections.ts";
import { backboneLabels, backboneNames, namespaceOf } from "./backbone-names.ts";
import { contactPointsPlan } from "./cassandra-contact-points.ts";
import { type ComponentPlan, missingKind, stateOf, writable } from "./component-plan.ts";
import { generatedLogin } from "./generated-secrets.ts";
import type { ObservedObjects } from "./observed-objects.ts";
import { cassandraKind } from "./partner-kinds.ts";
import { cassandraState, isCassandraInitialized, type PartnerState } from "./partner-status.ts";
import { quantityBytes } from "./quantity.ts";
import { historyTtl } from "./result-retention.ts";
import { dataAnnotations } from "./retained-objects.ts";
import { fileOf, resolveSecrets, type SecretReference } from "./secret-files.ts";

type Datacenter = NonNullable<Cassandra["datacenter"]>;

const username = "velib";
const port = 9042;
const mebibyte = 1024 * 1024;

/** Cassandra for a pipeline: a data centre of its own, or a cluster that is there already. */
export function planCassandra(
  pipeline: VelibPipeline,
  observed: ObservedObjects,
  newPassword: () => string,
): ComponentPlan<CassandraSection> {
  const { datacenter } = pipeline.spec.cassandra;
  if (datacenter === undefined) return contactPointsPlan(pipeline, observed);

  const { cassandra: name, cassandraSecret } = backboneNames(pipeline);
  const metadata = {
    name: cassandraSecret,
    labels: backboneLabels(pipeline, "cassandra"),
    annotations: dataAnnotations(pipeline),
  };
  const login = generatedLogin({ metadata, username }, observed, newPassword);
  const made = { type: cassandraKind, object: datacenterObject(pipeline, datacenter) };
  const { objects, blocked } = writable([...login.applied, made], pipeline, observed);

  const state = stateOf({ type: cassandraKind, name }, observed, cassandraState);
  const stop = missingKind([cassandraKind], observed) ?? blocked;
  return {
    objects,
    created: login.created,
    connection: stop ?? connect(pipeline, observed, state),
    states: [state],
  };
}

/**
 * https://github.com/k8ssandra/cass-operator/blob/v1.31.0/apis/cassandra/v1beta1/cassandradatacenter_types.go
 * One rack: their number can't be changed later. Twice the heap as memory: what Cassandra keeps outside of it (page
 * cache, compression, networking) is of the same order.
 */
export function datacenterObject(pipeline: VelibPipeline, { version, size, heap, storage }: Datacenter): KubeObject {
  const { cassandra: name, cassandraSecret } = backboneNames(pipeline);
  const heapMebibytes = Math.max(1, Math.round(quantityBytes(heap) / mebibyte));
  const heapSize = `${heapMebibytes}M`;
  return {
    apiVersion: cassandraKind.apiVersion,
    kind: cassandraKind.kind,
    metadata: {
      name,
      labels: backboneLabels(pipeline, "cassandra"),
      // cass-operator deletes the volumes with the data centre unless told not to.
      annotations: {
        ...dataAnnotations(pipeline),
        "cassandra.datastax.com/delete-pvc": String(pipeline.spec.deletionPolicy === "Delete"),
      },
    },
    spec: {
      clusterName: name,
      serverType: "cassandra",
      serverVersion: version,
      size,
      superuserSecretName: cassandraSecret,
      managementApiAuth: { insecure: {} },
      storageConfig: {
        cassandraDataVolumeClaimSpec: {
          accessModes: ["ReadWriteOnce"],
          ...(storage.storageClassName === undefined ? {} : { storageClassName: storage.storageClassName }),
          resources: { requests: { storage: storage.size } },
        },
      },
      racks: [{ name: "r1" }],
      resources: { requests: { memory: `${2 * heapMebibytes}Mi` } },
      config: {
        "jvm-server-options": { initial_heap_size: heapSize, max_heap_size: heapSize },
        "cassandra-yaml": { authenticator: "PasswordAuthenticator", authorizer: "CassandraAuthorizer", num_tokens: 16 },
      },
    },
  };
}

/** Connected from the time the data centre was up once. */
function connect(
  pipeline: VelibPipeline,
  observed: ObservedObjects,
  state: PartnerState,
): Connection<CassandraSection> {
  const { cassandra: name, cassandraSecret } = backboneNames(pipeline);
  const live = observed.get(cassandraKind, name);
  const isUp = live !== null && !isTerminating(live) && isCassandraInitialized(live);
  if (!isUp && state.state === "waiting") return state;
  const login: SecretReference = {
    what: "cassandra-login",
    secretName: cassandraSecret,
    keys: [{ key: "password", content: "text" }],
    origin: { operator: "this operator" },
  };
  const resolved = resolveSecrets([login], observed);
  if ("state" in resolved) return resolved;

  const namespace = namespaceOf(pipeline);
  const { replication, consistency } = pipeline.spec.cassandra;
  return {
    state: "connected",
    config: {
      // The Service of the ready nodes, `<cluster>-<dc>-service`.
      contactPoints: [`${name}-${name}-service.${namespace}.svc:${port}`],
      localDataCenter: name,
      replication: { [name]: replication },
      consistency,
      username,
      passwordFile: fileOf(login, "password"),
      ...historyTtl(pipeline),
    },
    secrets: resolved.files,
    peers: [{ port, pods: { namespace, labels: { "cassandra.datastax.com/cluster": name } } }],
  };
}
