import { expect, it } from "vitest";
import type { StoredDeployment } from "../trimmed-objects.ts";
import { rolloutOf } from "./rollout.ts";

type Status = NonNullable<StoredDeployment["status"]>;

const done: Status = { observedGeneration: 2, replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2 };

function deployment(status: Status, replicas = 2): StoredDeployment {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "paris-api", uid: "1", resourceVersion: "1", generation: 2 },
    spec: { replicas, template: { spec: { containers: [{ image: "velib:1" }] } } },
    status,
  };
}

const failing = (type: string, reason: string) => ({ ...done, conditions: [{ type, status: "True", reason }] });

it.each<[string, Status, number, string]>([
  ["is ready when all pods are", done, 2, "Ready"],
  ["is not while its generation was not seen", { ...done, observedGeneration: 1 }, 2, "Progressing"],
  ["is not while pods are missing", { ...done, updatedReplicas: 1 }, 2, "Progressing"],
  ["is not while old pods are there", { ...done, replicas: 3 }, 2, "Progressing"],
  ["is not while pods are not available", { ...done, availableReplicas: 1 }, 2, "Progressing"],
  ["has failed past its deadline", failing("Progressing", "ProgressDeadlineExceeded"), 2, "Failed"],
  ["has failed when its pods are refused", failing("ReplicaFailure", "FailedCreate"), 2, "Failed"],
  ["is ready with no pods when none are wanted", { observedGeneration: 2 }, 0, "Ready"],
])("a Deployment %s", (_name, status, replicas, state) => {
  expect(rolloutOf(deployment(status, replicas)).state).toBe(state);
});

it.each([
  ["not ready yet", { ...done, availableReplicas: 1 }, "Deployment paris-api: pods are not ready yet: no such host"],
  [
    "past their deadline",
    failing("Progressing", "ProgressDeadlineExceeded"),
    "Deployment paris-api: its pods do not become ready: no such host",
  ],
])("says why its pods are %s where that is known", (_name, status, message) => {
  expect(rolloutOf(deployment(status), "no such host").message).toBe(message);
});
