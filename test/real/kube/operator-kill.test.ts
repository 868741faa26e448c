import { setTimeout as wait } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { RandomStream } from "../../../core/simulation/random.ts";
import { velibPipelineType } from "../../../operator/api/resource-names.ts";
import { until } from "../../testbed/faults/until.ts";
import { describeReal } from "../servers.ts";
import { secrets, someone, type TestNamespace, testNamespace } from "./cluster.ts";
import { type OperatorProcess, startOperatorProcess } from "./operator-process.ts";
import { churn, differences, expectedObjects, madeObjects } from "./pipeline-churn.ts";
import { installOwnDefinitions, mongoSecret, statusIn } from "./pipeline-operator.ts";

const kills = Number(process.env.VELIB_OPERATOR_KILLS ?? 10);
const seed = Number(process.env.VELIB_OPERATOR_SEED ?? 5);
const pipelines = 50;
/** Latest moment of a kill after the start of the process, ms: it is at work for most of it. */
const LATEST_KILL_MS = 9_000;

describeReal("The operator, killed at any moment", ["kube"], ({ kubeconfig }) => {
  let space: TestNamespace;
  let operator: OperatorProcess | null = null;

  beforeAll(async () => {
    space = await testNamespace(kubeconfig);
    await installOwnDefinitions(space.api);
    await space.api.apply(secrets, mongoSecret(space.name), someone);
  });
  afterEach(async () => {
    await operator?.kill();
  });
  afterAll(async () => {
    await space.remove();
  });

  const start = () => startOperatorProcess({ kubeconfig, namespace: space.name, args: ["--no-leader-election"] });

  it(
    `leaves ${pipelines} pipelines as they should be after ${kills} kills while they are made, changed and deleted (seed ${seed})`,
    async () => {
      const random = new RandomStream(seed, 1);
      const moments = new RandomStream(seed, 2);
      let isOver = false;
      const churning = (async () => {
        while (!isOver) {
          await churn(space.api, space.name, pipelines, random);
          await wait(20 + random.share() * 150);
        }
      })();
      for (let i = 0; i < kills; i++) {
        operator = start();
        await wait(1_000 + moments.share() * (LATEST_KILL_MS - 1_000));
        await operator.kill();
      }
      isOver = true;
      await churning;

      operator = start();
      const problems = async () => {
        const expected = await expectedObjects(space.api, space.name);
        return differences(expected, await madeObjects(space.api, space.name));
      };
      let last: string[] = [];
      const asItShouldBe = async () => {
        last = await problems();
        return last.length === 0 ? true : null;
      };
      await until("all as it should be", asItShouldBe, 180_000, 1_000).catch(() => expect(last).toEqual([]));

      await until(
        "every status of its generation",
        async () => {
          const { items } = await space.api.list(velibPipelineType, { namespace: space.name });
          return items.every((live) => statusIn(live).observedGeneration === live.metadata.generation) ? true : null;
        },
        60_000,
      );
      expect((await expectedObjects(space.api, space.name)).size, "there was something to see").toBeGreaterThan(100);
    },
    240_000 + kills * 15_000,
  );
});
