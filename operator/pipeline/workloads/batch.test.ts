import { describe, expect, it } from "vitest";
import { objectNamed, workloadObjects } from "./testing/workload-context.ts";

describe("the batch", () => {
  it("is a CronJob that never runs twice at once, in the user's time zone", () => {
    const batch = { schedule: "0 4 * * *", timeZone: "Europe/Paris", startingDeadline: "90m", timeout: "1h" };

    expect(objectNamed(workloadObjects({ batch }), "CronJob", "paris-batch").spec).toMatchObject({
      schedule: "0 4 * * *",
      timeZone: "Europe/Paris",
      concurrencyPolicy: "Forbid",
      startingDeadlineSeconds: 5400,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
      suspend: false,
      jobTemplate: { spec: { activeDeadlineSeconds: 3600, backoffLimit: 2 } },
    });
  });

  it("is not tried again when it was configured wrongly, and a drained node is no failure", () => {
    expect(objectNamed(workloadObjects({ batch: {} }), "CronJob", "paris-batch").spec).toMatchObject({
      jobTemplate: {
        spec: {
          podFailurePolicy: {
            rules: [
              { action: "FailJob", onExitCodes: { containerName: "batch", operator: "In", values: [2] } },
              { action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
            ],
          },
          template: { spec: { restartPolicy: "Never" } },
        },
      },
    });
  });

  it("writes to a volume that outlives the pipeline by default, or to the user's own", () => {
    const own = workloadObjects({ batch: { storage: { claimName: "files" } } });
    const made = workloadObjects({ batch: { storage: { volume: { size: "50Gi", storageClassName: "fast" } } } });

    expect(objectNamed(made, "PersistentVolumeClaim", "paris-batch")).toMatchObject({
      metadata: { annotations: { "velib.dev/deletion-policy": "Retain" } },
      spec: {
        accessModes: ["ReadWriteOnce"],
        resources: { requests: { storage: "50Gi" } },
        storageClassName: "fast",
      },
    });
    expect(own.map(({ kind }) => kind)).not.toContain("PersistentVolumeClaim");
    expect(JSON.stringify(objectNamed(own, "CronJob", "paris-batch"))).toContain('"claimName":"files"');
  });

  it("runs on Spark where the spec asks for it, with the same configuration and files", () => {
    const spark = { image: "spark:4.0.1", serviceAccountName: "spark", executors: 4, memory: "2g" };
    const objects = workloadObjects({ batch: { engine: "Spark", spark } });

    expect(objectNamed(objects, "ScheduledSparkApplication", "paris-batch").spec).toMatchObject({
      schedule: "15 2 * * *",
      timeZone: "Etc/UTC",
      concurrencyPolicy: "Forbid",
      template: {
        image: "spark:4.0.1",
        driver: {
          serviceAccount: "spark",
          memory: "2g",
          configMaps: [{ name: "paris-batch", path: "/etc/velib/config" }],
        },
        executor: { instances: 4 },
      },
    });
    expect(objects.map(({ kind }) => kind)).not.toContain("CronJob");
  });
});
