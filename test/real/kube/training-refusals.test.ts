import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { modelTrainingType, velibPipelineType } from "../../../operator/api/resource-names.ts";
import { jobKind } from "../../../operator/training/training-caches.ts";
import { until } from "../../testbed/faults/until.ts";
import { describeReal } from "../servers.ts";
import { allowNone, denyWrites } from "./admission.ts";
import { configMap, configMaps, secrets, someone, type TestNamespace, testNamespace } from "./cluster.ts";
import { installOwnDefinitions, mongoSecret, pipelineObject } from "./pipeline-operator.ts";
import {
  startTrainingOperator,
  type TrainingOperator,
  trainingObject,
  trainingStatusIn,
  untilTraining,
} from "./training-operator.ts";

const WAIT_MS = 60_000;
const name = "paris-full";

describeReal("ModelTrainings that the server or a reference refuses", ["kube"], ({ kubeconfig }) => {
  let space: TestNamespace;
  let operator: TrainingOperator;
  let allow: () => Promise<void> = async () => {};

  beforeAll(async () => {
    const first = await testNamespace(kubeconfig);
    await installOwnDefinitions(first.api);
    await first.remove();
  });
  beforeEach(async () => {
    space = await testNamespace(kubeconfig);
    await space.api.create(secrets, mongoSecret(space.name), someone);
    await space.api.create(velibPipelineType, pipelineObject(space.name, "paris"), someone);
    operator = await startTrainingOperator(space.api, space.name);
  });
  afterEach(async () => {
    await operator.stop();
    await allow();
    allow = async () => {};
    await space.remove();
  });

  const key = (of = name) => ({ namespace: space.name, name: of });
  const create = (spec: Record<string, unknown> = {}) =>
    space.api.create(modelTrainingType, trainingObject(space.name, name, spec), someone);
  const message = async (type: string) => {
    const { conditions = [] } = trainingStatusIn(await space.api.get(modelTrainingType, key()));
    return conditions.find((condition) => condition.type === type)?.message;
  };
  const begun = () =>
    until(
      "a run",
      async () => ((await space.api.list(jobKind, { namespace: space.name })).items.length > 0 ? true : null),
      WAIT_MS,
    );

  /** After the first second, in which what was created is a visit of its own, only the back-off brings one. */
  async function visitsInThreeSeconds(): Promise<number> {
    await wait(1_000);
    const before = operator.visits.length;
    await wait(3_000);
    return operator.visits.length - before;
  }

  it("name the Job that a quota refuses, without a hot loop, and begin once there is room", async () => {
    allow = await allowNone(space.api, space.name, "count/jobs.batch");
    await create();

    await untilTraining(space.api, key(), "Stalled", "True", "Refused");
    expect(await message("Stalled")).toMatch(/Job .*paris-full.*exceeded quota: none/);
    expect(await visitsInThreeSeconds(), "visits in three seconds").toBeLessThan(8);

    await allow();
    allow = async () => {};
    await begun();
  });

  it("name the Job that an admission policy denies, without a hot loop, and begin once the policy is gone", async () => {
    const template = { spec: { restartPolicy: "Never", containers: [{ name: "probe", image: "velib.test/probe:1" }] } };
    allow = await denyWrites({
      api: space.api,
      namespace: space.name,
      denied: jobKind,
      message: "no runs on weekdays",
      probe: { apiVersion: "batch/v1", kind: "Job", metadata: key("probe"), spec: { template } },
    });
    await create();

    await untilTraining(space.api, key(), "Stalled", "True", "Refused");
    expect(await message("Stalled")).toMatch(/Job .*paris-full.*no runs on weekdays/);
    expect(await visitsInThreeSeconds(), "visits in three seconds").toBeLessThan(8);

    await allow();
    allow = async () => {};
    await begun();
  });

  it("name the key that a Secret lacks, and begin as soon as it is there", async () => {
    const secret = { apiVersion: "v1", kind: "Secret", metadata: key("proxy"), stringData: { other: "x" } };
    await space.api.create(secrets, secret, someone);
    const valueFrom = { secretKeyRef: { name: "proxy", key: "url" } };
    await create({ template: { env: [{ name: "HTTPS_PROXY", valueFrom }] } });

    await untilTraining(space.api, key(), "Stalled", "True", "SecretKeyMissing");
    expect(await message("Stalled")).toMatch(/Secret proxy \(spec\.template\.env\[HTTPS_PROXY\]\).*url/);
    await space.api.patch(secrets, key("proxy"), { merge: { stringData: { url: "http://p" } } }, someone);
    await begun();
  });

  it("name the ConfigMap that is missing, then its key, and begin as soon as it is there", async () => {
    const valueFrom = { configMapKeyRef: { name: "settings", key: "url" } };
    await create({ template: { env: [{ name: "HTTPS_PROXY", valueFrom }] } });

    await untilTraining(space.api, key(), "Stalled", "True", "ConfigMapMissing");
    expect(await message("Stalled")).toContain(
      "ConfigMap settings (spec.template.env[HTTPS_PROXY]) is missing: create it with url",
    );
    await space.api.create(configMaps, configMap(space.name, "settings", { other: "x" }), someone);
    await untilTraining(space.api, key(), "Stalled", "True", "ConfigMapKeyMissing");
    expect(await message("Stalled")).toContain("has no key url; put it in");
    await space.api.patch(configMaps, key("settings"), { merge: { data: { url: "http://p" } } }, someone);
    await begun();
  });
});
