import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { modelTrainingType, velibPipelineType } from "../../../operator/api/resource-names.ts";
import type { LiveObject, ResourceType } from "../../../operator/runtime/kube-object.ts";
import { resultDocument } from "../../../operator/training/testing/result-documents.ts";
import { jobKind, podKind } from "../../../operator/training/training-caches.ts";
import { trainingJobs } from "../../../operator/training/training-jobs.ts";
import { until } from "../../testbed/faults/until.ts";
import { describeReal } from "../servers.ts";
import { configMaps, events, secrets, someone, type TestNamespace, testNamespace } from "./cluster.ts";
import { installOwnDefinitions, mongoSecret, pipelineObject } from "./pipeline-operator.ts";
import {
  cronJobs,
  endPod,
  startTrainingOperator,
  type TrainingOperator,
  trainingObject,
  trainingStatusIn,
  untilTraining,
} from "./training-operator.ts";

const WAIT_MS = 30_000;
const accounts: ResourceType = {
  apiVersion: "v1",
  kind: "ServiceAccount",
  plural: "serviceaccounts",
  namespaced: true,
};
const policies: ResourceType = {
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  plural: "networkpolicies",
  namespaced: true,
};
const namespaces: ResourceType = { apiVersion: "v1", kind: "Namespace", plural: "namespaces", namespaced: false };
const name = "paris-full";
const result = (more: Parameters<typeof resultDocument>[0] = {}) => JSON.stringify(resultDocument(more));
const promoted = result({
  outcome: "Promoted",
  reason: "BetterThanServing",
  message: "better than the serving model",
  serving_version: "20241111-6a6fd880",
});

describeReal("ModelTrainings on a real API server", ["kube"], ({ kubeconfig }) => {
  let space: TestNamespace;
  let operator: TrainingOperator;

  beforeAll(async () => {
    const first = await testNamespace(kubeconfig);
    await installOwnDefinitions(first.api);
    await first.remove();
  });
  beforeEach(async () => {
    space = await testNamespace(kubeconfig);
    const labels = { "pod-security.kubernetes.io/enforce": "restricted" };
    await space.api.patch(
      namespaces,
      { namespace: "", name: space.name },
      { merge: { metadata: { labels } } },
      someone,
    );
    const account = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "paris", namespace: space.name } };
    await space.api.create(accounts, account, someone);
    await space.api.create(secrets, mongoSecret(space.name), someone);
    await space.api.create(velibPipelineType, pipelineObject(space.name, "paris"), someone);
    operator = await startTrainingOperator(space.api, space.name);
  });
  afterEach(async () => {
    await operator.stop();
    await space.remove();
  });

  const key = (of = name) => ({ namespace: space.name, name: of });
  const create = (spec: Record<string, unknown> = {}) =>
    space.api.create(modelTrainingType, trainingObject(space.name, name, spec), someone);
  const edit = (merge: object) => space.api.patch(modelTrainingType, key(), { merge }, someone);
  const jobs = async (): Promise<LiveObject[]> => (await space.api.list(jobKind, { namespace: space.name })).items;
  const status = async () => trainingStatusIn(await space.api.get(modelTrainingType, key()));
  const condition = async (type: string) => (await status()).conditions?.find((each) => each.type === type);

  /** The Job that runs, of those that were not known yet. */
  const nextJob = (known: readonly string[] = []): Promise<LiveObject> =>
    until(
      `another Job than ${known.join(", ") || "none"}`,
      async () => (await jobs()).find(({ metadata }) => !known.includes(metadata.name)) ?? null,
      WAIT_MS,
    );
  const finish = async (job: LiveObject, message = promoted, exitCode = 0) => {
    await endPod(space.api, key(job.metadata.name), exitCode, message);
    await until(
      `the result of ${job.metadata.name}`,
      async () => ((await status()).lastResult?.job === job.metadata.name ? true : null),
      WAIT_MS,
    );
  };

  describe("a training without a schedule", () => {
    it("runs once and tells what it found, candidate, serving model and persistence side by side", async () => {
      await create();
      const job = await nextJob();
      await untilTraining(space.api, key(), "Reconciling", "True", "Training");
      expect(await status()).toMatchObject({ activeJob: job.metadata.name });
      // admitted by a namespace under PodSecurity restricted, which asks for neither of these
      expect(job.spec).toMatchObject({
        template: {
          spec: {
            automountServiceAccountToken: false,
            containers: [{ securityContext: { readOnlyRootFilesystem: true } }],
          },
        },
      });
      await finish(job);

      await untilTraining(space.api, key(), "Ready", "True", "Trained");
      await untilTraining(space.api, key(), "Promoted", "True", "BetterThanServing");
      const after = await status();
      expect(after).toMatchObject({
        observedGeneration: 1,
        servingVersion: "20241111-6a6fd880",
        lastResult: {
          job: job.metadata.name,
          modelVersion: "20241111-6a6fd880",
          candidate: { brier: 0.0312345 },
          serving: { brier: 0.0334567, version: "20241110-00000000" },
          persistence: { brier: 0.0401234 },
        },
      });
      expect(after).not.toHaveProperty("activeJob");
      expect(after.history).toEqual([after.lastResult]);
    });

    it("is left at rest: another visit writes nothing", async () => {
      await create();
      await finish(await nextJob());
      await untilTraining(space.api, key(), "Ready", "True");
      const written = operator.writes.length;
      const visited = operator.visits.length;

      await edit({ metadata: { labels: { touched: "yes" } } });
      await until("another visit", () => (operator.visits.length > visited ? true : null), WAIT_MS);

      expect(operator.writes.slice(written)).toEqual([]);
    });

    it("runs again, as another Job, when its spec changes or the annotation asks for it", async () => {
      await create();
      const first = await nextJob();
      await finish(first);

      await edit({ spec: { logisticRegression: { horizon: "30m" } } });
      const second = await nextJob([first.metadata.name]);
      await finish(second);
      await edit({ metadata: { annotations: { "velib.dev/restartedAt": "2024-11-10T12:00:00Z" } } });
      const third = await nextJob([first.metadata.name, second.metadata.name]);
      await finish(third);

      expect(JSON.stringify(first.spec)).toContain("--horizon=60m");
      expect(JSON.stringify(second.spec)).toContain("--horizon=30m");
      expect((await status()).history?.map(({ job }) => job)).toEqual(
        [third, second, first].map(({ metadata }) => metadata.name),
      );
    });

    it("ends the run of a spec that is no longer so before the next begins", async () => {
      await create();
      const first = await nextJob();
      await untilTraining(space.api, key(), "Reconciling", "True", "Training");

      const hold = (finalizers: string[]) =>
        space.api.patch(jobKind, key(first.metadata.name), { merge: { metadata: { finalizers } } }, someone);
      await hold(["velib.test/hold"]);
      await edit({ spec: { timeZone: "Europe/Paris" } });
      await untilTraining(space.api, key(), "Reconciling", "True", "Superseding");

      expect((await jobs()).map(({ metadata }) => metadata.name)).toEqual([first.metadata.name]);
      await hold([]);
      await nextJob([first.metadata.name]);
      await until(
        "the first Job gone",
        async () => ((await space.api.get(jobKind, key(first.metadata.name))) ? null : true),
        WAIT_MS,
      );
    });

    it("keeps as many ended Jobs as its limits say, and the results of those that went", async () => {
      await create({ historyLimits: { successful: 1, failed: 0 } });
      const known: string[] = [];
      for (const restartedAt of ["1", "2", "3"]) {
        const job = await nextJob(known);
        known.push(job.metadata.name);
        await finish(job);
        await edit({ metadata: { annotations: { "velib.dev/restartedAt": restartedAt } } });
      }
      const failing = await nextJob(known);
      await finish(failing, "velib: --horizon: expected a duration", 2);

      await until(
        "one Job left",
        async () => ((await jobs()).map(({ metadata }) => metadata.name).join() === known.at(-1) ? true : null),
        WAIT_MS,
      );
      expect((await status()).history).toHaveLength(4);
      const visited = operator.visits.length;
      await edit({ metadata: { labels: { touched: "yes" } } });
      await until("another visit", () => (operator.visits.length > visited ? true : null), WAIT_MS);
      expect(await jobs(), "the run whose Job is gone is not run again").toHaveLength(1);
    });

    it("is stalled when its run breaks off, with the cause and the remedy, and tells the pipeline's webhooks", async () => {
      const notifications = [{ name: "on-call", webhook: { url: "https://example.org/hook" } }];
      await space.api.patch(velibPipelineType, key("paris"), { merge: { spec: { notifications } } }, someone);
      await create();
      await finish(await nextJob(), "velib: --horizon: expected a duration", 2);

      const live = await untilTraining(space.api, key(), "Stalled", "True", "Error");
      const stalled = trainingStatusIn(live).conditions?.find(({ type }) => type === "Stalled");
      expect(stalled?.message).toContain("exit code 2; velib: --horizon: expected a duration; PodFailurePolicy");
      expect(stalled?.message).toContain("velib.dev/restartedAt");
      expect(await condition("Trained")).toMatchObject({ status: "False", reason: "Error" });
      await until("a notice", () => (operator.notices.length > 0 ? true : null), WAIT_MS);
      expect(operator.notices).toEqual([expect.objectContaining({ event: "JobFailed" })]);
    });

    it("tells what was done as events, one for each cause", async () => {
      await create();
      await finish(await nextJob());

      const reasons = await until(
        "both events",
        async () => {
          const { items } = await space.api.list(events, { namespace: space.name });
          const ours = items.filter(({ reportingController }) => reportingController === "velib.dev/operator");
          return ours.length >= 2 ? ours.map(({ reason }) => String(reason)).sort() : null;
        },
        WAIT_MS,
      );
      expect(reasons).toEqual(["Promoted", "RunBegun"]);
    });
  });

  describe("a Job that a cache has not seen", () => {
    const jobOf = (of: string) => ({
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { name: of, namespace: space.name },
      spec: {
        suspend: true,
        template: { spec: { restartPolicy: "Never", containers: [{ name: "training", image: "velib.test/velib:1" }] } },
      },
    });
    const begin = (owner: LiveObject, of: string) =>
      trainingJobs(space.api, { observe: () => {} }).begin(owner, jobOf(of), new AbortController().signal);

    it("is not made a second time", async () => {
      const owner = await create({ suspend: true });

      expect([await begin(owner, "run-1"), await begin(owner, "run-1")]).toEqual(["begun", "there"]);
      expect(await jobs()).toHaveLength(1);
    });

    it("is left alone when it is someone else's, and named", async () => {
      const owner = await create({ suspend: true });
      await space.api.create(jobKind, jobOf("run-1"), someone);

      expect(await begin(owner, "run-1")).toMatchObject({
        reason: "NotOurs",
        message: `Job ${space.name}/run-1 exists and belongs to someone else: rename or delete it`,
      });
    });
  });

  describe("a training with a schedule", () => {
    const nightly = { schedule: "15 2 * * *", timeZone: "Europe/Paris" };

    it("becomes a CronJob with its time zone, concurrency policy, starting deadline and history limits", async () => {
      await create({ ...nightly, startingDeadline: "30m", historyLimits: { successful: 5, failed: 2 }, timeout: "2h" });

      await untilTraining(space.api, key(), "Ready", "True", "Scheduled");
      expect(await jobs()).toEqual([]);
      expect((await space.api.get(cronJobs, key()))?.spec).toMatchObject({
        schedule: "15 2 * * *",
        timeZone: "Europe/Paris",
        concurrencyPolicy: "Forbid",
        startingDeadlineSeconds: 1800,
        successfulJobsHistoryLimit: 5,
        failedJobsHistoryLimit: 2,
        suspend: false,
        jobTemplate: { spec: { activeDeadlineSeconds: 7200, backoffLimit: 2 } },
      });
    });

    it("reads the results of the Jobs that the schedule began", async () => {
      await create({ schedule: "* * * * *" });
      const job = await until("the schedule's first Job", async () => (await jobs())[0] ?? null, 90_000, 500);
      await finish(job, result({ outcome: "NotPromoted", reason: "NotBetterThanServing" }));

      await untilTraining(space.api, key(), "Promoted", "False", "NotBetterThanServing");
      expect(await condition("Ready")).toMatchObject({ status: "True", reason: "Scheduled" });
    });

    it("sees to a pin at once, and begins no scheduled run meanwhile", async () => {
      await create(nightly);
      await untilTraining(space.api, key(), "Ready", "True", "Scheduled");

      await edit({ spec: { pin: "20241110-00000000" } });
      const job = await nextJob();
      await untilTraining(space.api, key(), "Reconciling", "True", "Training");
      expect((await space.api.get(cronJobs, key()))?.spec).toMatchObject({ suspend: true });
      await finish(job, result({ outcome: "NotPromoted", reason: "Pinned", serving_version: "20241110-00000000" }));

      await untilTraining(space.api, key(), "Ready", "True", "Scheduled");
      expect(JSON.stringify(job.spec)).toContain("--pin=20241110-00000000");
      expect(await status()).toMatchObject({ servingVersion: "20241110-00000000" });
      expect(await condition("Promoted")).toMatchObject({ status: "False", reason: "Pinned" });
      expect((await space.api.get(cronJobs, key()))?.spec).toMatchObject({ suspend: false });
    });

    it("loses its CronJob, and nothing else, with its schedule", async () => {
      await create(nightly);
      await untilTraining(space.api, key(), "Ready", "True", "Scheduled");

      await edit({ spec: { schedule: null } });
      await nextJob();

      await until("no CronJob", async () => ((await space.api.get(cronJobs, key())) ? null : true), WAIT_MS);
      expect(await space.api.get(configMaps, key(`${name}-training`))).not.toBeNull();
      expect(await space.api.get(policies, key(`${name}-training`))).not.toBeNull();
    });

    it("is stalled by a time zone that the server does not know, and is not tried again and again", async () => {
      await create({ ...nightly, timeZone: "Europe/Atlantis" });

      const live = await untilTraining(space.api, key(), "Stalled", "True", "Refused");
      expect(JSON.stringify(live.status)).toContain("Europe/Atlantis");
      expect(operator.visits.length).toBeLessThan(4);
      await edit({ spec: { timeZone: "Europe/Paris" } });
      await untilTraining(space.api, key(), "Ready", "True", "Scheduled");
    });

    it("has its objects set right when others change or delete them, and leaves alone what others add", async () => {
      await create(nightly);
      await untilTraining(space.api, key(), "Ready", "True", "Scheduled");

      const merge = { metadata: { labels: { team: "data" } }, spec: { schedule: "0 0 * * *" } };
      await space.api.patch(cronJobs, key(), { merge }, someone);
      await space.api.delete(configMaps, key(`${name}-training`));

      const cronJob = await until(
        "the schedule as it was",
        async () => {
          const live = await space.api.get(cronJobs, key());
          return JSON.stringify(live?.spec).includes("15 2 * * *") ? live : null;
        },
        5_000,
      );
      expect(cronJob.metadata.labels).toMatchObject({ team: "data" });
      await until("the ConfigMap", () => space.api.get(configMaps, key(`${name}-training`)), 5_000);
    });
  });

  describe("what a training refers to", () => {
    it("is named when the pipeline is missing; the run begins as soon as it is there", async () => {
      await space.api.create(
        modelTrainingType,
        trainingObject(space.name, name, { pipelineRef: { name: "oslo" } }),
        someone,
      );

      await untilTraining(space.api, key(), "PipelineReady", "False", "PipelineMissing");
      const { conditions = [] } = await status();
      expect(conditions.find(({ type }) => type === "Stalled")?.message).toBe(
        "VelibPipeline oslo (spec.pipelineRef) is missing: create it",
      );
      await space.api.create(velibPipelineType, pipelineObject(space.name, "oslo"), someone);
      await nextJob();
      await untilTraining(space.api, key(), "PipelineReady", "True");
    });

    it("is named when a Secret of the pipeline is missing; the run begins as soon as it is there", async () => {
      await space.api.delete(secrets, key("mongo"));
      await create();

      await untilTraining(space.api, key(), "PipelineReady", "False", "SecretMissing");
      expect((await condition("PipelineReady"))?.message).toContain("Secret mongo (spec.mongodb.connectionSecretRef)");
      await space.api.create(secrets, mongoSecret(space.name), someone);
      await nextJob();
    });

    it("is named when a Secret of its own variables is missing", async () => {
      const valueFrom = { secretKeyRef: { name: "proxy", key: "url" } };
      await create({ template: { env: [{ name: "HTTPS_PROXY", valueFrom }] } });

      await untilTraining(space.api, key(), "Stalled", "True", "SecretMissing");
      const secret = { apiVersion: "v1", kind: "Secret", metadata: key("proxy"), stringData: { url: "http://p" } };
      await space.api.create(secrets, secret, someone);
      await nextJob();
    });

    it("takes the training's objects with it when the pipeline goes", async () => {
      await create({ schedule: "15 2 * * *" });
      await untilTraining(space.api, key(), "Ready", "True", "Scheduled");

      await space.api.delete(velibPipelineType, key("paris"));

      await untilTraining(space.api, key(), "PipelineReady", "False", "PipelineMissing");
      await until("no CronJob", async () => ((await space.api.get(cronJobs, key())) ? null : true), WAIT_MS);
    });
  });

  describe("a user's orders", () => {
    it("suspend: no run is begun, one that goes on is not ended, and Ready says so", async () => {
      await create();
      const first = await nextJob();

      await edit({ spec: { suspend: true, timeZone: "Europe/Paris" } });
      await untilTraining(space.api, key(), "Ready", "True", "Suspended");
      await untilTraining(space.api, key(), "Suspended", "True");
      expect((await jobs()).map(({ metadata }) => metadata.name)).toEqual([first.metadata.name]);
      await finish(first);
      await edit({ spec: { suspend: false } });

      await nextJob([first.metadata.name]);
      await untilTraining(space.api, key(), "Reconciling", "True", "Training");
      expect(await condition("Suspended")).toBeUndefined();
    });

    it("pause: nothing is written but the condition that says so, until the annotation is off", async () => {
      const paused = trainingObject(space.name, name);
      paused.metadata.annotations = { "velib.dev/pause-reconciliation": "true" };
      await space.api.create(modelTrainingType, paused, someone);

      await untilTraining(space.api, key(), "ReconciliationPaused", "True", "Annotated");
      expect(operator.writes).toEqual([{ verb: "status", what: `ModelTraining ${name}` }]);
      await edit({ metadata: { annotations: { "velib.dev/pause-reconciliation": null } } });
      await nextJob();
      await until("no such condition", async () => ((await condition("ReconciliationPaused")) ? null : true), WAIT_MS);
    });

    it("delete: nothing is left, a run that goes on included", async () => {
      await create({ schedule: "15 2 * * *", pin: "20241110-00000000" });
      await nextJob();

      await space.api.delete(modelTrainingType, key());

      await until(
        "nothing left",
        async () => {
          const kinds = [jobKind, podKind, cronJobs, policies];
          const lists = await Promise.all(kinds.map((kind) => space.api.list(kind, { namespace: space.name })));
          const left = await space.api.get(configMaps, key(`${name}-training`));
          return left === null && lists.every(({ items }) => items.length === 0) ? true : null;
        },
        WAIT_MS,
      );
    });
  });
});
