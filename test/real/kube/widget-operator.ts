import { type ApplyOutcome, createApplySet } from "../../../operator/runtime/apply-set.ts";
import type { KubeApi } from "../../../operator/runtime/kube-api.ts";
import type { KubeObject, LiveObject, ObjectKey, ResourceType } from "../../../operator/runtime/kube-object.ts";
import { isRecord } from "../../../operator/runtime/kube-payload.ts";
import type { LeaderElection } from "../../../operator/runtime/leader-election.ts";
import { createManager, type Manager } from "../../../operator/runtime/manager.ts";
import type { ObjectStore } from "../../../operator/runtime/object-store.ts";
import { ownedObject, ownerIndex } from "../../../operator/runtime/owned-object.ts";
import { createOwnerCheck } from "../../../operator/runtime/owner-check.ts";
import { createRuntimeMetrics } from "../../../operator/runtime/runtime-metrics.ts";
import { itself, notStatusAlone, owningKey, watchServed, watchStore } from "../../../operator/runtime/watch.ts";
import { configMaps, deployments } from "./cluster.ts";

/**
 * The smallest whole operator on the runtime: a Widget's `spec.objects` are applied as they are, and
 * `status.applied` counts them.
 */
export interface WidgetOperator {
  manager: Manager;
  /** The operator's own copy of the widgets. */
  widgets: ObjectStore;
  /** Outcome of every reconcile, in order. */
  outcomes: ApplyOutcome[];
  /** Keys in the order of their reconciles. */
  visits: string[];
  /** Ends as on SIGTERM. */
  stop(): Promise<void>;
}

export interface WidgetOperatorSettings {
  api: KubeApi;
  type: ResourceType;
  namespace: string;
  election?: LeaderElection | null;
  /** Kinds that may be absent. */
  optional?: ResourceType[];
  concurrency?: number;
  timeoutMs?: number;
  idleTimeoutMs?: number;
  drainMs?: number;
  /** Called before each reconcile. */
  before?: (key: ObjectKey, signal: AbortSignal) => Promise<void>;
}

export const FIELD_MANAGER = "widget-operator";
export const PREFIX = "widget.runtime.test";

export function startWidgetOperator(settings: WidgetOperatorSettings): WidgetOperator {
  const { api, type, namespace, election = null, optional = [], drainMs, idleTimeoutMs } = settings;
  const manager = createManager({ api, election, metrics: createRuntimeMetrics(), drainMs });
  const transform = ownedObject(FIELD_MANAGER);
  const widgets = manager.keep({ type, namespace, idleTimeoutMs, transform: (object) => object });
  const owned = { namespace, idleTimeoutMs, transform, indexes: ownerIndex };
  const kinds = [
    ...[configMaps, deployments].map((each) => manager.keep({ ...owned, type: each })),
    ...optional.map((each) => manager.keep({ ...owned, type: each, optional: true })),
  ];
  const set = createApplySet({
    api: manager.api,
    ownerIsAlive: createOwnerCheck(manager.api, type),
    kinds,
    fieldManager: FIELD_MANAGER,
    prefix: PREFIX,
    setName: "widget",
    retained: (object) => object.metadata.labels?.retained === "yes",
  });
  const outcomes: ApplyOutcome[] = [];
  const visits: string[] = [];

  async function reconcile(key: ObjectKey, signal: AbortSignal) {
    visits.push(key.name);
    await settings.before?.(key, signal);
    const widget = widgets.store.get(key);
    if (widget === null || widget.metadata.deletionTimestamp) return {};
    const outcome = await set.apply(widget, desiredOf(widget), signal);
    outcomes.push(outcome);
    await writeStatus(widget, outcome, signal);
    return outcome.failures.length > 0 ? { requeueAfterMs: 200 } : {};
  }

  async function writeStatus(widget: LiveObject, outcome: ApplyOutcome, signal: AbortSignal): Promise<void> {
    const status = { applied: outcome.changes.filter(({ action }) => action !== "pruned").length };
    if (isRecord(widget.status) && widget.status.applied === status.applied) return;
    const { name } = widget.metadata;
    const object = { apiVersion: type.apiVersion, kind: type.kind, metadata: { name, namespace }, status };
    widgets.observe(await manager.api.applyStatus(type, object, { fieldManager: FIELD_MANAGER, signal }));
  }

  manager.add({
    name: "widget",
    reconcile,
    concurrency: settings.concurrency ?? 2,
    timeoutMs: settings.timeoutMs ?? 10_000,
    watches: [
      watchStore(widgets.store, itself, notStatusAlone),
      ...kinds.map(({ store }) => watchStore(store, owningKey(type))),
      watchServed(manager.discovery, optional, () => widgets.store.list().flatMap(itself)),
    ],
  });
  const stopping = new AbortController();
  const running = manager.run(stopping.signal);
  return {
    manager,
    widgets: widgets.store,
    outcomes,
    visits,
    async stop() {
      stopping.abort(new Error("the test is over"));
      await running;
    },
  };
}

function desiredOf(widget: LiveObject): KubeObject[] {
  const objects = isRecord(widget.spec) ? widget.spec.objects : [];
  return Array.isArray(objects) ? structuredClone(objects) : [];
}
