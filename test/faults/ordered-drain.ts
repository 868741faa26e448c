import { join } from "node:path";
import { groupName, topicNames } from "../../adapters/kafka/topic-names.ts";
import { askBacklog, type Backlog } from "../../services/backbone/backlog.ts";
import { uniqueName } from "../contracts/opened.ts";
import { type Ended, runVelib } from "../e2e/velib-process.ts";
import { connectionTo } from "../real/kafka/kafka-pipeline.ts";
import type { Testbed } from "../testbed/faults/testbed.ts";
import { until } from "../testbed/faults/until.ts";
import { directAddresses } from "./addresses.ts";
import { Pipeline } from "./pipeline.ts";
import { Progress } from "./progress.ts";
import { recordedStretch } from "./recorded-stretch.ts";
import { dropAll } from "./tables.ts";

/** What was seen while a pipeline was drained in order: the producer off, its backlog worked off, the rest off. */
export interface Drained {
  /** Exit code of the producer that was asked to stop in the middle of the recording. */
  producer: number | null;
  /** What the consumers had to do then, and after they had done it. */
  before: Backlog;
  after: Backlog;
  /** Polls in the log, and of these in the tables. */
  produced: number;
  aggregated: number;
  archived: number;
  /** How the consumers ended that were to run until it was worked off. */
  consumers: Ended[];
  /** What a consumer that runs on answers at /backlog. */
  answered: unknown;
}

export async function drainInOrder(own: Testbed, recording: string, folder: string): Promise<Drained> {
  const direct = directAddresses(own, own);
  const name = uniqueName("drain").replaceAll("_", "-");
  const settings = { skip: 0, polls: 200, stations: 0.1, longestPauseMs: 600_000 };
  const sources = [{ name: "paris", recording: await recordedStretch(recording, settings, join(folder, "paris")) }];
  const pipeline = await Pipeline.prepare({ name, folder, partitions: 3, replication: 1, pace: "1500x" });
  const topic = topicNames(name).observations;
  const groups = ["aggregator", "archiver"].map((group) => ({ group: groupName(name, group), topic }));
  const ask = () => askBacklog(connectionTo(direct.kafka), groups);
  const progress = await Progress.watch(direct, name);
  try {
    await pipeline.start("produce", "produce", direct, sources);
    await until("some polls", () => (progress.at("produced") >= 10 ? true : null), 60_000);
    const producer = await pipeline.process("produce").terminate();
    const before = await ask();
    const consumers = await Promise.all([
      runVelib([...(await pipeline.configure("aggregate", "aggregate", direct)), "--until-drained"]),
      runVelib([...(await pipeline.configure("archive", "archive", direct)), "--until-drained"]),
    ]);
    const after = await ask();
    const produced = await progress.freshlyProduced(new AbortController().signal);
    await until("fresh positions", () => (progress.at("archived") === produced ? true : null), 5_000).catch(() => null);
    const { aggregated, archived } = { aggregated: progress.at("aggregated"), archived: progress.at("archived") };

    await pipeline.start("archive-1", "archive", direct);
    const url = await until("its address", () => pipeline.process("archive-1").probes(), 60_000);
    const answered: unknown = await until(
      "an answer",
      async () => {
        const answer = await fetch(`${url}/backlog`);
        return answer.ok ? answer.json() : null;
      },
      60_000,
    );
    return { producer, before, after, produced, aggregated, archived, consumers, answered };
  } finally {
    await pipeline.kill();
    await progress.close();
    await dropAll(name, direct);
  }
}
