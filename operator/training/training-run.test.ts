import { describe, expect, it } from "vitest";
import type { LiveObject, OwnerReference } from "../runtime/kube-object.ts";
import { trainingOf } from "./testing/training-examples.ts";
import { runsOf } from "./training-run.ts";

const training = trainingOf();
const byTraining = { kind: "ModelTraining", uid: training.metadata.uid };
const byCronJob = { kind: "CronJob", name: "paris-full", uid: "cron" };

function jobOf(name: string, owner: Partial<OwnerReference> | null, status: unknown = {}, minute = 0): LiveObject {
  const reference = { apiVersion: "v1", kind: "Kind", name: "paris-full", uid: "other", controller: true, ...owner };
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      name,
      namespace: "bikes",
      uid: `uid-${name}`,
      resourceVersion: "1",
      creationTimestamp: `2024-11-09T03:0${minute}:00Z`,
      labels: { "velib.dev/training": "paris-full" },
      ...(owner === null ? {} : { ownerReferences: [reference] }),
    },
    status,
  };
}

const turned = { status: "True", lastTransitionTime: "2024-11-09T03:06:00Z" };
const ending = { type: "SuccessCriteriaMet", ...turned };
const complete = { completionTime: "2024-11-09T03:05:00Z", conditions: [ending, { type: "Complete", ...turned }] };
const failed = {
  conditions: [
    { type: "Failed", ...turned, reason: "DeadlineExceeded", message: "Job was active longer than specified" },
  ],
};

describe("the runs of a training", () => {
  it("are its own Jobs and those of its CronJob, the newest first", () => {
    const jobs = [
      jobOf("paris-full-abcde-1", byTraining, {}, 1),
      jobOf("paris-full-28850535", byCronJob, {}, 2),
      jobOf("of-another-training", { kind: "ModelTraining" }, {}, 3),
      jobOf("of-another-cron-job", { kind: "CronJob", name: "other" }, {}, 4),
      jobOf("of-nobody", null, {}, 5),
    ];

    expect(runsOf(training, jobs).map(({ name, specHash }) => [name, specHash])).toEqual([
      ["paris-full-28850535", null],
      ["paris-full-abcde-1", "abcde"],
    ]);
  });

  it.each([
    ["goes on", {}, null],
    ["goes on while its pods end", { conditions: [ending] }, null],
    ["ended well", complete, { time: "2024-11-09T03:05:00Z", isSuccess: true, message: "" }],
    [
      "failed",
      failed,
      {
        time: "2024-11-09T03:06:00Z",
        isSuccess: false,
        message: "DeadlineExceeded: Job was active longer than specified",
      },
    ],
  ])("tell that one %s", (_, status, end) => {
    expect(runsOf(training, [jobOf("paris-full-abcde-1", byTraining, status)])).toMatchObject([{ end }]);
  });
});
