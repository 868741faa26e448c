import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { modelTrainingType, velibPipelineType } from "../../../operator/api/resource-names.ts";
import type { PolicyRule } from "../../../operator/permissions.ts";
import type { KubeObject, ResourceType } from "../../../operator/runtime/kube-object.ts";
import { until } from "../../testbed/faults/until.ts";
import { describeAbsent, describeReal } from "../servers.ts";
import { auditedRequests } from "./audit-log.ts";
import { secrets, someone, type TestNamespace, testNamespace } from "./cluster.ts";
import { chartRules, grantChartRules, revokeChartRules, writeAccountKubeconfig } from "./operator-account.ts";
import { type OperatorProcess, startOperatorProcess, untilReady } from "./operator-process.ts";
import { absentPartners, installPartners, servedPartners } from "./partner-definitions.ts";
import {
  conditionIn,
  installOwnDefinitions,
  mongoSecret,
  pipelineObject,
  untilCondition,
} from "./pipeline-operator.ts";
import { trainingObject } from "./training-operator.ts";

const auditLog = process.env.TEST_KUBE_AUDIT_LOG;
const absent =
  auditLog === undefined ? "TEST_KUBE_AUDIT_LOG absent: run under with-testbed.sh" : absentPartners(servedPartners);
const account = "operator";

/** Granted, and seen by no request of this test: what it is for. */
const unseen = new Map([
  ["get events.k8s.io/events", "a cause that comes again after a restart: runtime-events.test.ts"],
  ["patch /secrets", "labels of a generated login: backbone-contracts.test.ts"],
  ["patch events.k8s.io/events", "a cause that comes again: runtime-events.test.ts"],
  ["update velib.dev/modeltrainings/finalizers", "asked of the authorizer alone, for blockOwnerDeletion"],
  ["update velib.dev/velibpipelines/finalizers", "the same"],
]);

const kafka = {
  bootstrapServers: ["kafka.example.org:9092"],
  authentication: { secretRef: { name: "kafka-login" } },
};
/**
 * What is made is looked at only where an object is there that the operator's copy lacks, such as someone else's:
 * runtime-apply-set.test.ts.
 */
const lookedAt = new Set(
  chartRules.filter(({ verbs }) => verbs.includes("delete")).flatMap((rule) => rightsOf({ ...rule, verbs: ["get"] })),
);

/** Everything on servers of the user's own, with all that partners' operators serve for it. */
const everything = {
  kafka,
  batch: { engine: "Spark", spark: { image: "spark:4", serviceAccountName: "spark" } },
  aggregation: { autoscaling: { mode: "Auto", engine: "KEDA", maxReplicas: 3 } },
  api: { replicas: 2, expose: { gateway: { host: "velib.example.org", gatewayRef: { name: "gateway" } } } },
  monitoring: { podMonitor: {}, rules: {}, dashboard: {} },
  deletionPolicy: "Delete",
};
/** The same by what any cluster has. */
const plain = {
  kafka,
  batch: {},
  aggregation: { autoscaling: { mode: "Auto", engine: "HPA", maxReplicas: 3 } },
  api: { replicas: 2, expose: { ingress: { host: "velib.example.org" } } },
  deletionPolicy: "Delete",
};
const least = { kafka, deletionPolicy: "Delete" };

if (absent !== null) {
  describe("The operator's rights", () => describeAbsent("by the audit log", absent));
} else {
  describeReal("The operator's rights, by the audit log", ["kube"], ({ kubeconfig }) => {
    let space: TestNamespace;
    let operator: OperatorProcess | null = null;
    const folder = mkdtempSync(join(tmpdir(), "rights-"));

    beforeAll(async () => {
      space = await testNamespace(kubeconfig);
      await installOwnDefinitions(space.api);
      await installPartners(space.api, servedPartners);
      await space.api.apply(secrets, mongoSecret(space.name), someone);
      const login = {
        username: Buffer.from("velib").toString("base64"),
        password: Buffer.from("x").toString("base64"),
      };
      await space.api.apply(
        secrets,
        { apiVersion: "v1", kind: "Secret", metadata: { name: "kafka-login", namespace: space.name }, data: login },
        someone,
      );
      await grantChartRules(space, [account]);
      await writeAccountKubeconfig(space, account, join(folder, "kubeconfig"));
    }, 120_000);
    afterAll(async () => {
      await operator?.kill();
      await revokeChartRules(space);
      await space.remove();
      rmSync(folder, { recursive: true });
    });

    const apply = (object: KubeObject, type: ResourceType = velibPipelineType) =>
      space.api.apply(type, object, someone);
    const key = (name: string) => ({ namespace: space.name, name });
    const remove = async (type: ResourceType, name: string) => {
      await space.api.delete(type, key(name));
      await until(`${name} gone`, async () => ((await space.api.get(type, key(name))) === null ? true : null), 60_000);
    };
    const seen = () => auditedRequests(auditLog ?? "", space.name);

    it("are all used, and nothing is asked for beyond them", async () => {
      operator = startOperatorProcess({ kubeconfig: join(folder, "kubeconfig"), namespace: space.name });
      await untilReady(operator);
      const { sources } = Object(pipelineObject(space.name, "own").spec);
      await apply({ ...pipelineObject(space.name, "own"), spec: { sources, deletionPolicy: "Delete" } });
      for (const spec of [everything, plain, least]) {
        const { metadata } = await apply(pipelineObject(space.name, "paris", spec));
        await until(
          "the spec taken up",
          async () => {
            const live = await space.api.get(velibPipelineType, key("paris"));
            return conditionIn(live, "Ready")?.observedGeneration === metadata.generation ? true : null;
          },
          30_000,
        );
      }
      await apply(trainingObject(space.name, "nightly", { schedule: "0 3 * * *" }), modelTrainingType);
      await apply(trainingObject(space.name, "once"), modelTrainingType);
      await untilCondition(space.api, key("own"), "CassandraReady", "False");
      await until("pods asked why they are not ready", () => (written("pods", "list") ? true : null), 60_000);
      await until(
        "both trainings seen to",
        () => (written("cronjobs", "patch") && written("jobs", "create") ? true : null),
        30_000,
      );
      const changed = trainingObject(space.name, "once", { logisticRegression: { horizon: "30m" } });
      await apply(changed, modelTrainingType);
      await until("the first run superseded", () => (written("jobs", "delete") ? true : null), 30_000);
      for (const name of ["nightly", "once"]) await remove(modelTrainingType, name);
      for (const name of ["paris", "own"]) await remove(velibPipelineType, name);
      operator.signal("SIGTERM");
      expect(await operator.ended()).toBe(0);

      const requests = seen();
      const used = new Set(requests.flatMap(usedRights));
      const granted = new Set(chartRules.flatMap((rule) => rightsOf(rule)));
      const never = [...granted].filter((each) => !used.has(each) && !lookedAt.has(each));
      expect(requests.filter(({ code }) => code === 403)).toEqual([]);
      expect([...used].filter((each) => !granted.has(each)).sort(), "used, by another role").toEqual([]);
      expect(never.sort(), "never used").toEqual([...unseen.keys()].sort());
    }, 240_000);

    function written(resource: string, ...verbs: string[]): boolean {
      return seen().some((request) => verbs.includes(request.verb) && request.resource === resource);
    }
  });
}

function rightsOf({ apiGroups, resources, verbs }: PolicyRule): string[] {
  return apiGroups.flatMap((group) =>
    resources.flatMap((resource) => verbs.map((verb) => right(verb, group, resource))),
  );
}

function right(verb: string, group: string, resource: string): string {
  return `${verb} ${group}/${resource}`;
}

/** Server-side apply is audited as a patch; where it makes the object it was allowed to create as well. */
function usedRights({ verb, group, resource, code }: ReturnType<typeof auditedRequests>[number]): string[] {
  const verbs = verb === "patch" && code === 201 ? ["patch", "create"] : [verb];
  return verbs.map((each) => right(each, group, resource));
}
