import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { crdName, customResourceDefinition, resources } from "../../../operator/api/crd.ts";
import { modelTrainingType, velibPipelineType } from "../../../operator/api/resource-names.ts";
import { documented, examples, objectsIn, quickStart } from "../../../operator/api/testing/examples.ts";
import type { Rejection } from "../../../operator/api/testing/rejection.ts";
import { rejections } from "../../../operator/api/testing/rejections.ts";
import { bodyOf, exchange } from "../../../operator/runtime/http-exchange.ts";
import { httpKubeApi } from "../../../operator/runtime/http-kube-api.ts";
import type { KubeApi } from "../../../operator/runtime/kube-api.ts";
import { connectionFor, type KubeConnection } from "../../../operator/runtime/kube-connection.ts";
import type { KubeObject, LiveObject, ResourceType } from "../../../operator/runtime/kube-object.ts";
import { describeReal } from "../servers.ts";

/** https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables */
interface Table {
  columnDefinitions: { name: string; priority: number }[];
  rows: { cells: unknown[] }[];
}

const crdType: ResourceType = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  plural: "customresourcedefinitions",
  namespaced: false,
};
const namespaceType: ResourceType = { apiVersion: "v1", kind: "Namespace", plural: "namespaces", namespaced: false };
const types: Record<string, ResourceType> = {
  VelibPipeline: velibPipelineType,
  ModelTraining: modelTrainingType,
  Secret: { apiVersion: "v1", kind: "Secret", plural: "secrets", namespaced: true },
  ConfigMap: { apiVersion: "v1", kind: "ConfigMap", plural: "configmaps", namespaced: true },
  Namespace: namespaceType,
  Service: { apiVersion: "v1", kind: "Service", plural: "services", namespaced: true },
  StatefulSet: { apiVersion: "apps/v1", kind: "StatefulSet", plural: "statefulsets", namespaced: true },
};
const writes = { fieldManager: "resources-test", fieldValidation: "Strict" } as const;

describeReal("the resources on a real API server", ["kube"], ({ kubeconfig }) => {
  const namespace = `resources-${randomUUID().slice(0, 8)}`;
  let connection: KubeConnection;
  let api: KubeApi;

  beforeAll(async () => {
    connection = await connectionFor(kubeconfig);
    api = httpKubeApi({ connection });
    await api.create(namespaceType, objectOf(namespaceType, namespace), writes);
    for (const resource of resources) {
      const [crd] = objectsIn(JSON.stringify(customResourceDefinition(resource)), crdName(resource));
      if (crd !== undefined) await api.apply(crdType, crd, writes);
      await established(crdName(resource));
    }
  });
  afterAll(async () => {
    await api.delete(namespaceType, { namespace: "", name: namespace });
    connection.close();
  });

  /** Served, too: with several API servers behind one address that is some seconds after the condition. */
  async function established(name: string): Promise<void> {
    await vi.waitFor(async () => {
      const crd = await api.get(crdType, { namespace: "", name });
      expect(conditionsOf(crd)).toMatchObject({ NamesAccepted: "True", Established: "True" });
      await api.getRaw("/apis/velib.dev/v1alpha1");
    }, 30_000);
  }

  it.each(resources.map((resource) => [crdName(resource)]))(
    "%s is structural, within the cost of rules, and served",
    async (name) => {
      const conditions = conditionsOf(await api.get(crdType, { namespace: "", name }));

      expect(conditions).toMatchObject({ Established: "True", NamesAccepted: "True" });
      expect(conditions).not.toHaveProperty("NonStructuralSchema");
    },
  );

  const shown = [...examples(), ...quickStart(), ...documented()].map(({ file, objects }) => [file, objects] as const);

  describe.each(shown)("%s", (_file, objects) => {
    it.each(objects.map((object) => [object.kind, object.metadata.name, object] as const))(
      "%s %s is accepted, every field known",
      async (kind, _name, object) => {
        const type = typeOf(kind);
        const placed = type.namespaced ? { ...object, metadata: { ...object.metadata, namespace } } : object;

        await expect(api.apply(type, placed, { ...writes, dryRun: true })).resolves.toMatchObject({ kind });
      },
    );
  });

  describe("what is refused", () => {
    it.each(
      rejections.map((rejection) => [`${rejection.kind} ${rejection.field}: ${rejection.message}`, rejection] as const),
    )("%s", async (_title, rejection) => {
      await given(rejection);
      const { kind, name = "one", spec } = rejection;

      const refused = api.apply(typeOf(kind), objectOf(typeOf(kind), name, { spec }), { ...writes, dryRun: true });

      const text = await refused.then(
        () => "accepted",
        (error: Error) => error.message,
      );
      expect(text).toContain(rejection.message);
      expect(text).toContain(`${rejection.field}: Invalid value`);
    });

    it("is a field that the schema does not know, where a client asks for strictness as kubectl does", async () => {
      const spec = { sources: [{ name: "oslo", simulator: {} }], aggregation: { windows: "5m" } };

      const refused = api.apply(velibPipelineType, objectOf(velibPipelineType, "unknown", { spec }), writes);

      await expect(refused).rejects.toThrow(/spec\.aggregation\.windows: field not declared in schema/);
    });

    async function given({ kind, before, status, name = "one" }: Rejection): Promise<void> {
      const type = typeOf(kind);
      await api.delete(type, { namespace, name });
      if (before === undefined) return;
      await api.apply(type, objectOf(type, name, { spec: before }), writes);
      if (status !== undefined) await api.patchStatus(type, { namespace, name }, { status }, writes);
    }
  });

  it("fills in the defaults of the smallest pipeline", async () => {
    const spec = { sources: [{ name: "oslo", gbfs: { url: "https://example.org/gbfs.json" } }] };

    const live = await api.apply(velibPipelineType, objectOf(velibPipelineType, "smallest", { spec }), writes);

    expect(live.spec).toEqual({
      sources: [{ name: "oslo", gbfs: { url: "https://example.org/gbfs.json", interval: "60s" } }],
      kafka: { strimzi: { replicas: 1, storage: { size: "10Gi" } } },
      topics: { partitions: 3, replication: 1, minInsyncReplicas: 1, retention: "7d" },
      mongodb: { community: { version: "8.0.4", members: 1, storage: { size: "10Gi" } } },
      cassandra: {
        datacenter: { version: "5.0.6", size: 1, heap: "1Gi", storage: { size: "20Gi" } },
        replication: 1,
        consistency: "LOCAL_QUORUM",
      },
      polling: { producers: 1, keyframeInterval: "10m" },
      aggregation: { window: "3m", allowedLateness: "30s", replicas: 1 },
      archive: { replicas: 1 },
      api: { replicas: 1 },
      networkPolicy: { enabled: true },
      suspend: false,
      deletionPolicy: "Retain",
    });
  });

  it("drops a field that the schema does not know where a client does not ask for strictness", async () => {
    const spec = { sources: [{ name: "oslo", simulator: {} }], polling: { often: true } };

    const live = await api.create(velibPipelineType, objectOf(velibPipelineType, "pruned", { spec }), writes);

    expect(live.spec).toMatchObject({ polling: { producers: 1, keyframeInterval: "10m" } });
    expect(live.spec).not.toHaveProperty("polling.often");
  });

  it("keeps spec and status apart: a write of one leaves the other, and only the spec counts as a generation", async () => {
    const key = { namespace, name: "apart" };
    const spec = { sources: [{ name: "oslo", simulator: {} }] };
    const made = await api.apply(
      velibPipelineType,
      objectOf(velibPipelineType, "apart", { spec, status: { stations: 1 } }),
      writes,
    );

    const told = await api.patchStatus(
      velibPipelineType,
      key,
      { status: { stations: 300 }, spec: { suspend: true } },
      writes,
    );

    expect(made.status).toBeUndefined();
    expect(told.status).toEqual({ stations: 300 });
    expect(told.spec).toMatchObject({ suspend: false });
    expect(told.metadata.generation).toBe(made.metadata.generation);
  });

  it("merges conditions by their type, as two managers write them", async () => {
    const key = { namespace, name: "conditions" };
    const spec = { sources: [{ name: "oslo", simulator: {} }] };
    await api.apply(velibPipelineType, objectOf(velibPipelineType, key.name, { spec }), writes);
    const condition = { status: "True", lastTransitionTime: "2024-11-08T00:00:00Z", reason: "Fine", message: "" };
    const status = (type: string) =>
      objectOf(velibPipelineType, key.name, { status: { conditions: [{ type, ...condition }] } });

    await api.applyStatus(velibPipelineType, status("Ready"), { fieldManager: "one" });
    const live = await api.applyStatus(velibPipelineType, status("DataFresh"), { fieldManager: "two" });

    expect(conditionsOf(live)).toEqual({ Ready: "True", DataFresh: "True" });
  });

  it.each([
    [velibPipelineType, ["Ready", "Fresh", "Stations", "Lag", "Last observation", "Age"]],
    [modelTrainingType, ["Ready", "Pipeline", "Target", "Horizon", "Outcome", "Serving", "Last run", "Age"]],
  ])("shows the columns of $kind", async (type, columns) => {
    const discovery = await api.getRaw("/apis/velib.dev/v1alpha1");
    const crd = await api.get(crdType, { namespace: "", name: `${type.plural}.velib.dev` });

    expect(discovery).toMatchObject({
      resources: expect.arrayContaining([
        expect.objectContaining({ name: type.plural, shortNames: [expect.any(String)], categories: ["all", "velib"] }),
      ]),
    });
    expect(narrowColumns(crd)).toEqual(columns);
  });

  it("answers kubectl get with these columns and what the status says", async () => {
    const name = "listed";
    const spec = { sources: [{ name: "oslo", simulator: {} }] };
    await api.apply(velibPipelineType, objectOf(velibPipelineType, name, { spec }), writes);
    const condition = { status: "True", lastTransitionTime: "2024-11-08T00:00:00Z", reason: "Fine", message: "" };
    const conditions = ["Ready", "DataFresh"].map((type) => ({ type, ...condition }));
    const status = { stations: 300, lag: 7, lastObservationTime: "2024-11-08T00:00:00Z", conditions };
    await api.patchStatus(velibPipelineType, { namespace, name }, { status }, writes);

    const table = await tableOf(`/apis/velib.dev/v1alpha1/namespaces/${namespace}/velibpipelines/${name}`);

    const narrow = table.columnDefinitions.filter(({ priority }) => priority === 0).map((column) => column.name);
    expect(narrow).toEqual(["Name", "Ready", "Fresh", "Stations", "Lag", "Last observation", "Age"]);
    expect(table.rows[0]?.cells.slice(0, 5)).toEqual([name, "True", "True", 300, 7]);
  });

  it("tells kubectl explain what each field means, what is expected and its default", async () => {
    const document = JSON.stringify(await api.getRaw("/openapi/v3/apis/velib.dev/v1alpha1"));

    expect(document).toContain("Window length; divides a day (a duration such as 90s, 3m or 1h). Default: 3m");
  });

  /** What kubectl asks for to print a list. */
  async function tableOf(path: string): Promise<Table> {
    const call = { method: "GET", path, accept: "application/json;as=Table;v=v1;g=meta.k8s.io" } as const;
    return JSON.parse(await bodyOf(await exchange(connection, call), call));
  }

  function objectOf(type: ResourceType, name: string, members: object = {}): KubeObject {
    const placed = type.namespaced ? { name, namespace } : { name };
    return { apiVersion: type.apiVersion, kind: type.kind, metadata: placed, ...members };
  }
});

function typeOf(kind: string): ResourceType {
  const type = types[kind];
  if (type === undefined) throw new Error(`${kind}: expected one of ${Object.keys(types).join(", ")}`);
  return type;
}

/** The conditions of an object by their type. */
function conditionsOf(object: LiveObject | null): Record<string, unknown> {
  const conditions = listAt(object?.status, "conditions");
  return Object.fromEntries(
    conditions.map((condition) => [memberOf(condition, "type"), memberOf(condition, "status")]),
  );
}

/** The columns of `kubectl get` without `-o wide`. */
function narrowColumns(crd: LiveObject | null): unknown[] {
  const [version] = listAt(crd?.spec, "versions");
  const columns = listAt(version, "additionalPrinterColumns");
  return columns
    .filter((column) => (memberOf(column, "priority") ?? 0) === 0)
    .map((column) => memberOf(column, "name"));
}

function listAt(value: unknown, name: string): unknown[] {
  const list = memberOf(value, name);
  return Array.isArray(list) ? list : [];
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
