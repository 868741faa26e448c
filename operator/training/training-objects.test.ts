import { describe, expect, it } from "vitest";
import { readyInputs, settings, trainingOf } from "./testing/training-examples.ts";
import { trainingJob, trainingObjects } from "./training-objects.ts";

const nightly = { schedule: "15 2 * * *", timeZone: "Europe/Paris" };

function objectsOf(spec: Record<string, unknown> = {}, isAtWork = false, pipelineSpec: Record<string, unknown> = {}) {
  const training = trainingOf(spec);
  return trainingObjects(training, readyInputs(training, pipelineSpec), settings, isAtWork);
}

function jobOf(spec: Record<string, unknown> = {}) {
  const training = trainingOf(spec);
  return trainingJob("paris-full-abcde-1", training, readyInputs(training), settings);
}

describe("the objects of a training", () => {
  it.each([
    ["without a schedule", {}, {}, ["ConfigMap paris-full-training", "NetworkPolicy paris-full-training"]],
    [
      "with one",
      nightly,
      {},
      ["ConfigMap paris-full-training", "NetworkPolicy paris-full-training", "CronJob paris-full"],
    ],
    ["of a pipeline without policies", {}, { networkPolicy: { enabled: false } }, ["ConfigMap paris-full-training"]],
  ])("%s are these", (_, spec, pipelineSpec, names) => {
    const objects = objectsOf(spec, false, pipelineSpec);

    expect(objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual(names);
  });

  it("are the same to the byte for the same input", () => {
    expect(JSON.stringify(objectsOf(nightly))).toBe(JSON.stringify(objectsOf(nightly)));
  });

  it("let its pods reach the stores of its pipeline, and name servers, and nothing else", () => {
    const policy = objectsOf().find(({ kind }) => kind === "NetworkPolicy");

    expect(policy?.spec).toMatchObject({
      podSelector: { matchLabels: { "velib.dev/pipeline": "paris", "velib.dev/training": "paris-full" } },
      policyTypes: ["Ingress", "Egress"],
    });
    const ports =
      JSON.stringify(policy?.spec)
        .match(/"egress":.*/)?.[0]
        .match(/"port":\d+/g) ?? [];
    expect([...new Set(ports)].sort()).toEqual(
      ["27017", "27018", "53", "9042", "9094", "9142"].map((port) => `"port":${port}`),
    );
  });
});

describe("the CronJob", () => {
  const cronJob = (spec: Record<string, unknown>, isAtWork = false) =>
    objectsOf({ ...nightly, ...spec }, isAtWork).find(({ kind }) => kind === "CronJob")?.spec;

  it("begins no run while another goes on, and names its zone", () => {
    expect(cronJob({})).toMatchObject({
      schedule: "15 2 * * *",
      timeZone: "Europe/Paris",
      concurrencyPolicy: "Forbid",
      startingDeadlineSeconds: 21_600,
      suspend: false,
    });
  });

  it.each([
    ["the spec says so", { suspend: true }, false, true],
    ["the operator's own run goes on", {}, true, true],
    ["neither", {}, false, false],
  ])("is suspended when %s", (_, spec, isAtWork, suspend) => {
    expect(cronJob(spec, isAtWork)).toMatchObject({ suspend });
  });

  it("keeps a Job of each even where none is to stay, until its result is read", () => {
    expect(cronJob({ historyLimits: { successful: 0, failed: 0 } })).toMatchObject({
      successfulJobsHistoryLimit: 1,
      failedJobsHistoryLimit: 1,
    });
  });

  it("makes Jobs as the operator does", () => {
    expect(cronJob({})).toMatchObject({ jobTemplate: { spec: jobOf(nightly).spec } });
  });
});

describe("the Job of a run", () => {
  it("writes its result where the kubelet reads it, and its log's end where there is none", () => {
    expect(jobOf().spec).toMatchObject({
      template: {
        spec: {
          containers: [
            {
              args: expect.arrayContaining(["train", "--result-file=/dev/termination-log"]),
              terminationMessagePath: "/dev/termination-log",
              terminationMessagePolicy: "FallbackToLogsOnError",
            },
          ],
        },
      },
    });
  });

  it("is not repeated when it was called wrongly, and ends after its time", () => {
    expect(jobOf({ timeout: "90s" }).spec).toMatchObject({
      backoffLimit: 2,
      activeDeadlineSeconds: 90,
      podFailurePolicy: { rules: expect.arrayContaining([expect.objectContaining({ action: "FailJob" })]) },
    });
  });

  it("has what the user decides of its pods, and what the operator does goes before", () => {
    const template = {
      labels: { team: "data", "velib.dev/training": "other" },
      annotations: { a: "b" },
      resources: { limits: { memory: "4Gi" } },
      env: [{ name: "HTTPS_PROXY", value: "http://proxy:3128" }],
      nodeSelector: { disk: "ssd" },
      tolerations: [{ key: "bikes", operator: "Exists" }],
      priorityClassName: "low",
      imagePullSecrets: [{ name: "registry" }],
    };

    expect(jobOf({ template }).spec).toMatchObject({
      template: {
        metadata: { labels: { team: "data", "velib.dev/training": "paris-full" }, annotations: { a: "b" } },
        spec: {
          nodeSelector: { disk: "ssd" },
          priorityClassName: "low",
          imagePullSecrets: [{ name: "registry" }],
          containers: [
            {
              env: [{ name: "HTTPS_PROXY", value: "http://proxy:3128" }],
              resources: { requests: { cpu: "250m" }, limits: { memory: "4Gi" } },
            },
          ],
        },
      },
    });
  });
});
