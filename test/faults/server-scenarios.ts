import type { Fault } from "./fault.ts";
import { killed, openLines, startAll } from "./ground.ts";
import { lineFaults, longCut } from "./network-faults.ts";
import type { Stage } from "./progress.ts";
import type { Polls, Scenario, Times } from "./scenario.ts";
import { brokerKilled, cassandraKilled, diskFull, mongodKilled, someBrokersKilled } from "./server-faults.ts";

const everything: readonly Stage[] = ["produced", "aggregated", "archived"];

/** Faults of the servers and of the lines to them. */
export function serverScenarios(times: Times, polls: Polls): Scenario[] {
  return [
    {
      name: "servers killed, and the disk of the log full",
      seed: 12,
      brokers: 1,
      partitions: 3,
      stretches: [{ source: "paris", skip: 140, polls: polls(300) }],
      async prepare(ground) {
        await startAll(ground);
        const { brokers, stores, direct } = ground;
        const broker = [brokerKilled(brokers, direct), diskFull(brokers, direct)];
        return [
          { faults: broker, count: times(14, 2), pauseMs: [2_000, 6_000] },
          { faults: [mongodKilled(stores, direct)], count: times(15, 1), pauseMs: [1_000, 6_000] },
          { faults: [cassandraKilled(stores, direct)], count: times(12, 1), pauseMs: [1_000, 4_000] },
          { faults: killed(ground, "produce"), count: times(10, 0), pauseMs: [3_000, 9_000] },
        ];
      },
    },
    {
      name: "three brokers, some killed",
      seed: 13,
      brokers: 3,
      partitions: 3,
      stretches: [{ source: "paris", skip: 300, polls: polls(260) }],
      async prepare(ground) {
        await startAll(ground);
        const { brokers, direct } = ground;
        const some = ([1, 1, 2, 3] as const).map((count) => someBrokersKilled(count, brokers, direct));
        return [
          { faults: some.slice(0, times(4, 1)), count: times(18, 2), pauseMs: [1_000, 4_000] },
          { faults: killed(ground, "produce"), count: times(12, 1), pauseMs: [3_000, 9_000] },
        ];
      },
    },
    {
      name: "network cut and slow",
      seed: 14,
      brokers: 1,
      partitions: 3,
      stretches: [{ source: "paris", skip: 420, polls: polls(300) }],
      async prepare(ground) {
        const lines = await openLines(ground);
        await startAll(ground, lines.addresses);
        // The long cut is left to the whole campaign.
        const withLong = (faults: Fault[], long: Fault) => [...faults, long].slice(0, times(5, 4));
        const kafka = lineFaults("Kafka", everything, lines.kafka);
        const mongodb = lineFaults("MongoDB", ["aggregated"], [lines.mongodb]);
        const cassandra = lineFaults("Cassandra", ["archived"], [lines.cassandra]);
        const longCuts = [
          longCut("Kafka", everything, lines.kafka),
          longCut("MongoDB", ["aggregated"], [lines.mongodb]),
          longCut("Cassandra", ["archived"], [lines.cassandra]),
        ] as const;
        return [
          { faults: withLong(kafka, longCuts[0]), count: times(15, 4), pauseMs: [1_000, 4_000] },
          { faults: withLong(mongodb, longCuts[1]), count: times(10, 2), pauseMs: [1_000, 4_000] },
          { faults: withLong(cassandra, longCuts[2]), count: times(10, 2), pauseMs: [1_000, 4_000] },
        ];
      },
    },
  ];
}
