import { velibPipelineType } from "../../api/resource-names.ts";
import type { VelibPipeline } from "../../api/velib-pipeline.ts";
import type { ReconcileResult } from "../../runtime/controller.ts";
import type { EventRecorder } from "../../runtime/event-recorder.ts";
import { visitFinalizer } from "../../runtime/finalizer.ts";
import type { KubeApi } from "../../runtime/kube-api.ts";
import { keyOf, type LiveObject, type ResourceType } from "../../runtime/kube-object.ts";
import { BY_OWNER } from "../../runtime/owned-object.ts";
import { namespaceOf } from "../backbone/backbone-names.ts";
import { claimsToDelete, foreignData } from "../backbone/deletion.ts";
import { topicKind, userKind } from "../backbone/partner-kinds.ts";
import type { PipelineCaches } from "../pipeline-caches.ts";
import { cleanUpFinalizer, fieldManager } from "../pipeline-names.ts";
import { cleaningStatus } from "../status/special-status.ts";
import { writeStatus } from "../status/written-status.ts";
import type { StoredPipeline } from "../stored-pipeline.ts";

/** What has to be done in order before a pipeline goes whose data goes with it. */
export interface CleanUp {
  /** Keeps the finalizer on pipelines with deletionPolicy Delete, and on no other. True when that took a write. */
  keepFinalizer(stored: StoredPipeline, pipeline: VelibPipeline, signal: AbortSignal): Promise<boolean>;
  /** A visit to a pipeline that is being deleted. */
  visit(stored: StoredPipeline, signal: AbortSignal): Promise<ReconcileResult>;
}

export interface CleanUpSettings {
  /** Fenced. */
  readonly api: KubeApi;
  readonly caches: PipelineCaches;
  readonly events: EventRecorder;
  /** From the deletion on; then the pipeline goes with what is left behind, ms. */
  readonly deadlineMs: number;
  readonly now: () => Date;
}

const LOOK_AGAIN_MS = 2_000;
const claimKind: ResourceType = {
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  plural: "persistentvolumeclaims",
  namespaced: true,
};

/**
 * In order: what writes (Deployments, CronJobs) goes first, then topics and users while the operator that clears them
 * in Kafka still has its cluster, then the rest, and the volumes last. Without an order, topics would wait for ever for
 * a topic operator that went with the cluster.
 */
export function pipelineCleanUp(settings: CleanUpSettings): CleanUp {
  const { api, caches, events, deadlineMs, now } = settings;

  async function step(stored: StoredPipeline, signal: AbortSignal): Promise<string[]> {
    const owned = caches.made.flatMap(({ type, store }) =>
      store.byIndex(BY_OWNER, stored.metadata.uid).map((object) => ({ type, object })),
    );
    const writing = owned.filter(({ type }) => type.kind === "Deployment" || type.kind === "CronJob");
    const settings = owned.filter(({ type }) => type === topicKind || type === userKind);
    const [first] = [writing, settings, owned].filter((stage) => stage.length > 0);
    for (const { type, object } of first ?? []) {
      if (object.metadata.deletionTimestamp !== undefined) continue;
      await api.delete(type, keyOf(object), { uid: object.metadata.uid, propagation: "Foreground", signal });
    }
    if (first !== undefined) return first.map(({ type, object }) => `${type.kind} ${object.metadata.name}`);
    return stored.resource === null ? [] : deleteClaims(stored.resource, signal);
  }

  async function deleteClaims(pipeline: VelibPipeline, signal: AbortSignal): Promise<string[]> {
    const labels = claimsToDelete(pipeline);
    if (labels === null) return [];
    const labelSelector = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
    const scope = { namespace: namespaceOf(pipeline), labelSelector: labelSelector.join(","), signal };
    const { items } = await api.list(claimKind, scope);
    for (const { metadata } of items) {
      if (metadata.deletionTimestamp !== undefined) continue;
      await api.delete(claimKind, { namespace: scope.namespace, name: metadata.name }, { uid: metadata.uid, signal });
    }
    return items.map(({ metadata }) => `PersistentVolumeClaim ${metadata.name}`);
  }

  function finalizer() {
    return { api, type: velibPipelineType, finalizer: cleanUpFinalizer, fieldManager, deadlineMs };
  }

  function tellOfForeignData(stored: StoredPipeline): void {
    const left = stored.resource === null ? [] : foreignData(stored.resource);
    if (left.length === 0 || stored.resource?.spec.deletionPolicy !== "Delete") return;
    const note = left.map(({ component, names }) => `${component}: ${names.join(", ")}`).join("; ");
    record(stored, "DataLeft", `Left in systems of your own, to be deleted there: ${note}`);
  }

  function record(stored: LiveObject, reason: string, note: string): void {
    events.record(stored, { type: "Warning", reason, action: "CleanUp", note });
  }

  return {
    async keepFinalizer(stored, { spec }, signal) {
      const { finalizers = [], resourceVersion, uid } = stored.metadata;
      const isThere = finalizers.includes(cleanUpFinalizer);
      if (spec.deletionPolicy === "Delete") {
        if (isThere) return false;
        await visitFinalizer(finalizer(), stored, async () => {}, signal);
        return true;
      }
      if (!isThere) return false;
      const others = finalizers.filter((each) => each !== cleanUpFinalizer);
      const merge = { metadata: { uid, resourceVersion, finalizers: others } };
      await api.patch(velibPipelineType, keyOf(stored), { merge }, { fieldManager, signal });
      return true;
    },
    async visit(stored, signal) {
      if (!stored.metadata.finalizers?.includes(cleanUpFinalizer)) return {};
      const isRetained = stored.resource?.spec.deletionPolicy === "Retain";
      let left: string[] = [];
      const outcome = await visitFinalizer(
        finalizer(),
        stored,
        async () => {
          left = isRetained ? [] : await step(stored, signal);
          if (left.length > 0) throw new Error(`still there: ${left.join(", ")}`);
        },
        signal,
      );
      if (outcome.state === "released") {
        tellOfForeignData(stored);
        return {};
      }
      if (outcome.state === "abandoned") {
        record(stored, "CleanUpAbandoned", outcome.message);
        return {};
      }
      if (outcome.state === "present") return {};
      const isWaiting = left.length > 0;
      const progress = isWaiting ? `Being deleted: ${left.join(", ")}` : "What belongs to it is being deleted";
      const failure = isWaiting ? null : outcome.message;
      await writeStatus(api, caches, stored, cleaningStatus(stored, progress, failure, now()), signal);
      if (!isWaiting) throw outcome.error;
      return { requeueAfterMs: LOOK_AGAIN_MS };
    },
  };
}
