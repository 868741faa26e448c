import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { velibPipelineType } from "../../../operator/api/resource-names.ts";
import {
  routeReports,
  scaledObjectReports,
  sparkReports,
  sparkRunReports,
} from "../../../operator/pipeline/workloads/testing/workload-reports.ts";
import {
  routeKind,
  scaledObjectKind,
  sparkRunKind,
  sparkScheduleKind,
} from "../../../operator/pipeline/workloads/workload-kinds.ts";
import type { ResourceType } from "../../../operator/runtime/kube-object.ts";
import { until } from "../../testbed/faults/until.ts";
import { describeAbsent, describeReal } from "../servers.ts";
import { events, secrets, someone, type TestNamespace, testNamespace } from "./cluster.ts";
import { absentPartners, installPartners, type Partner } from "./partner-definitions.ts";
import {
  conditionIn,
  installOwnDefinitions,
  mongoSecret,
  type PipelineOperator,
  pipelineObject,
  startPipelineOperator,
  untilCondition,
} from "./pipeline-operator.ts";
import { readyPods } from "./ready-pods.ts";

const WAIT_MS = 60_000;
const partners: readonly Partner[] = ["gateway-api", "keda", "spark-operator"];
const absent = absentPartners(partners);
const suite = "what partners report of a pipeline's workloads";

if (absent !== null) describe(suite, () => describeAbsent("their definitions", absent));
else {
  describeReal(`${suite}, on a real API server`, ["kube"], ({ kubeconfig }) => {
    let space: TestNamespace;
    let operator: PipelineOperator;
    let stopPods: () => Promise<void>;

    beforeAll(async () => {
      space = await testNamespace(kubeconfig);
      await installOwnDefinitions(space.api);
      await installPartners(space.api, partners);
      stopPods = readyPods(space.api, space.name);
      operator = await startPipelineOperator({ api: space.api, namespace: space.name });
      await space.api.create(secrets, mongoSecret(space.name), someone);
      const spec = {
        aggregation: { autoscaling: { engine: "KEDA", maxReplicas: 3 } },
        batch: { engine: "Spark", spark: { image: "spark:4", serviceAccountName: "spark" } },
        api: { expose: { gateway: { host: "velib.example.org", gatewayRef: { name: "public" } } } },
      };
      await space.api.create(velibPipelineType, pipelineObject(space.name, "paris", spec), someone);
      await untilCondition(space.api, key("paris"), "AggregatorsReady", "True", undefined, WAIT_MS);
    });
    afterAll(async () => {
      await operator.stop();
      await stopPods();
      await space.remove();
    });

    const key = (name: string) => ({ namespace: space.name, name });
    const report = (type: ResourceType, name: string, status: object) =>
      space.api.patchStatus(type, key(name), { status }, someone);
    const finding = (type: string, status: string, reason: string) =>
      untilCondition(space.api, key("paris"), type, status, reason, WAIT_MS);

    it("is silence at first, which keeps the pipeline from being Ready", async () => {
      await finding("ApiReady", "False", "OperatorSilent");
      await finding("AutoscalingReady", "False", "OperatorSilent");
      const live = await finding("BatchReady", "False", "OperatorSilent");

      expect(conditionIn(live, "Ready")?.status).toBe("False");
      expect(conditionIn(live, "AutoscalingReady")?.message).toContain("see that KEDA runs and watches this namespace");
      expect(conditionIn(live, "BatchReady")?.message).toContain("see that the Spark operator runs");
      expect(conditionIn(live, "ApiReady")?.message).toContain("HTTPRoute paris-api");
    });

    it("is Ready once all of them are content", async () => {
      await report(scaledObjectKind, "paris-aggregator", scaledObjectReports.initialized);
      await finding("AutoscalingReady", "False", "Provisioning");
      await report(scaledObjectKind, "paris-aggregator", scaledObjectReports.ready);
      await report(sparkScheduleKind, "paris-batch", sparkReports.scheduled);
      await report(routeKind, "paris-api", routeReports.accepted);

      await finding("AutoscalingReady", "True", "Ready");
      await finding("BatchReady", "True", "Scheduled");
      await finding("ApiReady", "True", "Ready");
      await finding("Ready", "True", "Ready");
    });

    it("is KEDA's failure in KEDA's words, a pause as one that somebody has to end", async () => {
      await report(scaledObjectKind, "paris-aggregator", scaledObjectReports.triggerError);
      const failed = await finding("AutoscalingReady", "False", "PartnerFailed");
      await report(scaledObjectKind, "paris-aggregator", scaledObjectReports.paused);
      await finding("AutoscalingReady", "False", "PartnerPaused");
      await finding("Stalled", "True", "PartnerPaused");

      expect(conditionIn(failed, "AutoscalingReady")?.message).toContain("TriggerError");
      await report(scaledObjectKind, "paris-aggregator", scaledObjectReports.ready);
      await finding("Ready", "True", "Ready");
    });

    it("is a route that the gateway refuses, or whose Service it does not find", async () => {
      await report(routeKind, "paris-api", routeReports.refused);
      const refused = await finding("ApiReady", "False", "PartnerFailed");
      expect(conditionIn(refused, "ApiReady")?.message).toContain("NoMatchingListenerHostname");

      await report(routeKind, "paris-api", routeReports.unresolved);
      await until(
        "the other reason",
        async () => {
          const live = await space.api.get(velibPipelineType, key("paris"));
          return conditionIn(live, "ApiReady")?.message.includes("BackendNotFound") ? true : null;
        },
        WAIT_MS,
      );
      await report(routeKind, "paris-api", routeReports.accepted);
      await finding("ApiReady", "True", "Ready");
    });

    it("is a schedule that Spark refuses, and a run that failed, as soon as it has", async () => {
      await report(sparkScheduleKind, "paris-batch", sparkReports.refused);
      const refused = await finding("BatchReady", "False", "PartnerFailed");
      expect(conditionIn(refused, "BatchReady")?.message).toContain("unknown time zone");
      await report(sparkScheduleKind, "paris-batch", { ...sparkReports.scheduled, reason: null });
      await finding("BatchReady", "True", "Scheduled");

      await startRun("paris-batch-1");
      await report(sparkRunKind, "paris-batch-1", sparkRunReports.running);
      await report(sparkRunKind, "paris-batch-1", sparkRunReports.failed);
      const failed = await finding("BatchReady", "False", "JobFailed");
      expect(conditionIn(failed, "BatchReady")?.message).toContain("SparkApplication paris-batch-1 failed: driver");
      expect(conditionIn(failed, "Ready")?.status, "a run that failed is no failed roll-out").toBe("True");
      await until("the event", batchFailed, WAIT_MS);

      await startRun("paris-batch-2");
      await report(sparkRunKind, "paris-batch-2", sparkRunReports.completed);
      await finding("BatchReady", "True", "JobSucceeded");
    });

    it("brings no write where only what nobody looks at has moved", async () => {
      const later = { lastActiveTime: "2026-01-05T13:00:00Z" };
      await until("at rest", atRest, WAIT_MS);
      operator.writes.length = 0;

      await report(scaledObjectKind, "paris-aggregator", { ...scaledObjectReports.ready, ...later });
      await report(sparkScheduleKind, "paris-batch", { nextRun: "2026-01-07T02:15:00Z" });
      await atRest();

      expect(operator.writes).toEqual([]);
    });

    /** As the Spark operator does: with the template's spec and the schedule's labels, owned by the schedule. */
    async function startRun(name: string): Promise<void> {
      const schedule = await space.api.get(sparkScheduleKind, key("paris-batch"));
      if (schedule === null) throw new Error("no schedule");
      const { apiVersion, kind, metadata, spec } = schedule;
      const owner = { apiVersion, kind, name: metadata.name, uid: metadata.uid, blockOwnerDeletion: true };
      const run = {
        apiVersion: sparkRunKind.apiVersion,
        kind: sparkRunKind.kind,
        metadata: { ...key(name), labels: metadata.labels ?? {}, ownerReferences: [owner] },
        spec: Object(spec).template,
      };
      await space.api.create(sparkRunKind, run, someone);
    }

    async function batchFailed(): Promise<true | null> {
      const { items } = await space.api.list(events, { namespace: space.name });
      return items.some(({ reason }) => reason === "BatchFailed") ? true : null;
    }

    async function atRest(): Promise<true | null> {
      const before = operator.writes.length;
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      return operator.writes.length === before ? true : null;
    }
  });
}
