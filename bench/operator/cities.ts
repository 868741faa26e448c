import { velibPipelineType } from "../../operator/api/resource-names.ts";
import { storedPipeline } from "../../operator/pipeline/stored-pipeline.ts";
import type { KubeApi } from "../../operator/runtime/kube-api.ts";
import type { KubeObject, LiveObject, ObjectKey, ResourceType } from "../../operator/runtime/kube-object.ts";
import { isRecord } from "../../operator/runtime/kube-payload.ts";
import { collectionPath } from "../../operator/runtime/resource-path.ts";
import { secrets, someone } from "../../test/real/kube/cluster.ts";
import { desiredSets } from "../../test/real/kube/pipeline-churn.ts";
import { installOwnDefinitions, mongoSecret, pipelineObject } from "../../test/real/kube/pipeline-operator.ts";
import { until } from "../../test/testbed/faults/until.ts";

const namespaces: ResourceType = { apiVersion: "v1", kind: "Namespace", plural: "namespaces", namespaced: false };
const perNamespace = 20;
/** Requests of the bench itself at a time. */
const atOnce = 16;
/** Every component, the batch too; on servers of the user's own, so that nothing waits for partners. */
const spec = { batch: { schedule: "15 2 * * *", timeZone: "Europe/Paris" } };

/** Stands for a pipeline's name in the peer's template; no content hash depends on its length. */
const templateName = "template-of-a-city";

const nameOf = (i: number) => `city-${String(i).padStart(4, "0")}`;
const namespaceOf = (i: number) => `cities-${Math.floor(i / perNamespace)}`;

export interface Cities {
  readonly keys: readonly ObjectKey[];
  /** Objects of one pipeline. */
  readonly objects: readonly { type: ResourceType; object: KubeObject }[];
}

/** Definitions, namespaces with MongoDB's Secret, and the pipelines. */
export async function createCities(api: KubeApi, count: number): Promise<Cities> {
  await installOwnDefinitions(api);
  const spaces = [...new Set(Array.from({ length: count }, (_, i) => namespaceOf(i)))];
  await inParallel(spaces, async (name) => {
    await api.create(namespaces, { apiVersion: "v1", kind: "Namespace", metadata: { name } }, someone);
    await api.create(secrets, mongoSecret(name), someone);
  });
  const keys = Array.from({ length: count }, (_, i) => ({ namespace: namespaceOf(i), name: nameOf(i) }));
  await inParallel(keys, async ({ namespace, name }) => {
    await api.create(velibPipelineType, pipelineObject(namespace, name, spec), someone);
  });
  return { keys, objects: await objectsOfOne(api) };
}

/** What velib-operator makes of a pipeline, as the peer's template: `PIPELINE` for its name. */
export function templateOf({ objects }: Cities): string {
  return JSON.stringify(objects.map(({ object }) => object)).replaceAll(templateName, "PIPELINE");
}

/** An object of the template as a pipeline's own. */
export function namedFor(object: KubeObject, { namespace, name }: ObjectKey): KubeObject {
  const named: KubeObject = JSON.parse(JSON.stringify(object).replaceAll(templateName, name));
  return { ...named, metadata: { ...named.metadata, namespace } };
}

async function objectsOfOne(api: KubeApi): Promise<Cities["objects"]> {
  const wanted = pipelineObject(namespaceOf(0), templateName, spec);
  const { resource } = storedPipeline(await api.create(velibPipelineType, wanted, { ...someone, dryRun: true }));
  if (resource === null) throw new Error("the pipeline can't be read");
  return [...desiredSets(resource, namespaceOf(0)).values()].flat();
}

/** Kinds that a pipeline is made of, with how many of each. */
function kindsOf({ objects }: Cities): { type: ResourceType; each: number }[] {
  const byKind = Map.groupBy(objects, ({ type }) => `${type.apiVersion} ${type.plural}`);
  return [...byKind.values()].map((all) => ({ type: all[0]!.type, each: all.length }));
}

/** Objects of the cluster by kind; the server only counts them, so that looking costs it next to nothing. */
async function countOf(api: KubeApi, type: ResourceType): Promise<number> {
  const answer = await api.getRaw(`${collectionPath(type)}?limit=1`);
  if (!isRecord(answer) || !isRecord(answer.metadata) || !Array.isArray(answer.items)) throw new Error("not a list");
  return answer.items.length + Number(answer.metadata.remainingItemCount ?? 0);
}

/** Waits until every object is there and every status is of the newest spec. */
export async function untilComplete(api: KubeApi, cities: Cities, before: ObjectCounts): Promise<void> {
  const pipelines = cities.keys.length;
  for (const { type, each } of kindsOf(cities)) {
    const wanted = (before.get(type.plural) ?? 0) + pipelines * each;
    const isThere = async () => ((await countOf(api, type)) >= wanted ? true : null);
    await until(`${wanted} ${type.plural}`, isThere, 1_200_000, 250);
  }
  await until(
    "every status of the newest spec",
    async () => {
      for await (const { metadata, status } of all(api, velibPipelineType, false)) {
        if (!isRecord(status) || status.observedGeneration !== metadata.generation) return null;
      }
      return true;
    },
    1_200_000,
    500,
  );
}

export type ObjectCounts = ReadonlyMap<string, number>;

/** What is there of these kinds before the operator starts: the controllers make some in each namespace. */
export async function countsBefore(api: KubeApi, cities: Cities): Promise<ObjectCounts> {
  const counts = new Map<string, number>();
  for (const { type } of kindsOf(cities)) counts.set(type.plural, await countOf(api, type));
  return counts;
}

/** Objects of the cities that are missing, by name; looked at one by one, outside of what is timed. */
export async function missingObjects(api: KubeApi, cities: Cities): Promise<string[]> {
  const made = new Set<string>();
  for (const { type } of kindsOf(cities)) {
    for await (const { metadata } of all(api, type, true)) {
      made.add(`${type.kind} ${metadata.namespace}/${metadata.name}`);
    }
  }
  const wanted = cities.keys.flatMap(({ namespace, name }) =>
    cities.objects.map(
      ({ type, object }) => `${type.kind} ${namespace}/${object.metadata.name.replaceAll(templateName, name)}`,
    ),
  );
  return wanted.filter((what) => !made.has(what));
}

/** Versions of all objects of the cities: equal ones mean that nothing was written. */
export async function versions(api: KubeApi, cities: Cities): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const type of [...kindsOf(cities).map((kind) => kind.type), velibPipelineType]) {
    for await (const { metadata } of all(api, type, true)) {
      if (metadata.namespace?.startsWith("cities-")) {
        found.set(`${type.kind} ${metadata.namespace}/${metadata.name}`, metadata.resourceVersion);
      }
    }
  }
  return found;
}

async function* all(api: KubeApi, type: ResourceType, metadataOnly: boolean): AsyncGenerator<LiveObject> {
  let next: string | undefined;
  do {
    const page = await api.list(type, {
      limit: 1_000,
      metadataOnly,
      ...(next === undefined ? {} : { continue: next }),
    });
    yield* page.items;
    next = page.continue;
  } while (next !== undefined);
}

export async function inParallel<T>(
  items: readonly T[],
  act: (item: T) => Promise<void>,
  workers = atOnce,
): Promise<void> {
  const queue = [...items];
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await act(item);
  };
  await Promise.all(Array.from({ length: workers }, worker));
}
