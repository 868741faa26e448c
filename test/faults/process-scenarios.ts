import { withAdmin } from "../../adapters/kafka/client/with-admin.ts";
import { topicNames } from "../../adapters/kafka/topic-names.ts";
import { connectionTo } from "../real/kafka/kafka-pipeline.ts";
import type { Fault } from "./fault.ts";
import { aggregatorsFight } from "./fight-faults.ts";
import { byProxy, type Ground, killed, openLine, startAll, suspended } from "./ground.ts";
import { producerReplaced } from "./process-faults.ts";
import type { Polls, Scenario, Times } from "./scenario.ts";

/** Faults of our own processes. */
export function processScenarios(times: Times, polls: Polls): Scenario[] {
  return [
    {
      name: "processes killed",
      covered: true,
      seed: 11,
      brokers: 1,
      partitions: 3,
      stretches: [{ source: "paris", skip: 0, polls: polls(300) }],
      async prepare(ground) {
        await startAll(ground);
        return [
          { faults: killed(ground, "produce"), count: times(50, 3), pauseMs: [500, 4_000] },
          { faults: killed(ground, "aggregate-1", "aggregate-2"), count: times(10, 1), pauseMs: [500, 4_000] },
          { faults: killed(ground, "archive-1", "archive-2"), count: times(10, 1), pauseMs: [500, 4_000] },
        ];
      },
    },
    {
      name: "suspended beyond the session",
      seed: 15,
      brokers: 1,
      partitions: 3,
      stretches: [{ source: "paris", skip: 60, polls: polls(300) }],
      async prepare(ground) {
        await startAll(ground);
        const { pipeline, direct, sources } = ground;
        await pipeline.start("produce-other", "produce", direct, sources);
        const other = pipeline.process("produce-other");
        await other.kill();
        const replaced = producerReplaced([pipeline.process("produce"), other]);
        return [
          { faults: suspended(ground, "aggregate-1", "aggregate-2"), count: times(6, 1), pauseMs: [1_000, 3_000] },
          { faults: suspended(ground, "archive-1", "archive-2"), count: times(6, 1), pauseMs: [1_000, 3_000] },
          { faults: [replaced], count: times(10, 1), pauseMs: [1_000, 3_000] },
        ];
      },
    },
    {
      name: "two aggregators over one partition",
      seed: 16,
      brokers: 1,
      partitions: 1,
      stretches: [{ source: "paris", skip: 500, polls: polls(260) }],
      async prepare(ground) {
        const { pipeline, direct, sources } = ground;
        await pipeline.start("produce", "produce", direct, sources);
        await pipeline.start("archive-1", "archive", direct);
        const fighters = [];
        for (const name of ["aggregate-1", "aggregate-2"]) {
          const line = await openLine(ground, direct.mongodb);
          await pipeline.start(name, "aggregate", { ...direct, mongodb: byProxy(line) });
          fighters.push({ process: pipeline.process(name), line });
        }
        return [
          { faults: [aggregatorsFight(fighters)], count: times(7, 1), pauseMs: [1_000, 4_000] },
          { faults: suspended(ground, "produce"), count: times(3, 0), pauseMs: [10_000, 20_000] },
        ];
      },
    },
    {
      name: "partitions increased from 3 to 12",
      seed: 18,
      brokers: 1,
      partitions: 3,
      stretches: [
        { source: "paris", skip: 560, polls: polls(160) },
        { source: "later", skip: 0, polls: polls(120) },
      ],
      async prepare(ground) {
        await startAll({ ...ground, sources: ground.sources.slice(0, 1) });
        return [
          { faults: [partitionsIncreased(ground)], count: 1, pauseMs: [8_000, 12_000] },
          { faults: killed(ground, "produce"), count: times(8, 3), pauseMs: [3_000, 6_000] },
          { faults: killed(ground, "aggregate-1", "aggregate-2"), count: times(3, 1), pauseMs: [12_000, 14_000] },
          { faults: killed(ground, "archive-1", "archive-2"), count: times(3, 1), pauseMs: [12_000, 14_000] },
        ];
      },
    },
  ];
}

/** Adds partitions while everything runs; with them a source comes up that is spread over all of them. */
function partitionsIncreased({ pipeline, direct, sources }: Ground): Fault {
  const { observations, stations } = topicNames(pipeline.settings.name);
  return {
    kind: "partitions increased from 3 to 12",
    stages: ["produced", "aggregated", "archived"],
    async strike() {
      await withAdmin(connectionTo(direct.kafka), "add partitions", async (admin) => {
        const topicPartitions = [observations, stations].map((topic) => ({ topic, count: 12 }));
        await admin.createPartitions({ topicPartitions });
      });
    },
    async mend() {
      await pipeline.start("produce-later", "produce", direct, sources.slice(1));
    },
  };
}
