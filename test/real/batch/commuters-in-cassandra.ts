import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { CassandraHistory } from "../../../adapters/cassandra/cassandra-history.ts";
import { readDataDir } from "../../../adapters/sqlite/data-dir.ts";
import { SqliteHistory } from "../../../adapters/sqlite/sqlite-history.ts";
import { writeCommuterRecording } from "../../e2e/commuter-recording.ts";
import { runVelib } from "../../e2e/velib-process.ts";
import type { Address } from "../cassandra/fixtures.ts";
import { optionsOf } from "../cassandra/fixtures.ts";

/** The same history twice: in a data dir, and in a keyspace of Cassandra with a configuration that names it. */
export interface TwoHistories {
  dataDir: string;
  config: string;
}

/**
 * Replays the commuters' recording into a data dir, and copies its history into Cassandra.
 * @param pipeline also the keyspace
 */
export async function commutersTwice(
  dir: string,
  pipeline: string,
  cassandra: Address,
  sections: Record<string, unknown>,
): Promise<TwoHistories> {
  const dataDir = join(dir, "data");
  const recording = writeCommuterRecording(dir);
  const { code, stderr } = await runVelib(["replay", recording, "--source", "suburb", "--data-dir", dataDir]);
  if (code !== 0) throw new Error(`replay ended with ${code}: ${stderr}`);
  await copyHistory(dataDir, cassandra, pipeline);
  const config = join(dir, "pipeline.yaml");
  const document = {
    pipeline,
    http: { port: 0 },
    // Neither command asks it for anything.
    kafka: { bootstrapServers: ["kafka.invalid:9092"] },
    cassandra: {
      contactPoints: cassandra.contactPoints,
      localDataCenter: cassandra.dataCenter,
      consistency: "LOCAL_ONE",
    },
    ...sections,
  };
  await writeFile(config, stringify(document));
  return { dataDir, config };
}

async function copyHistory(dataDir: string, cassandra: Address, keyspace: string): Promise<void> {
  const open = readDataDir(dataDir);
  const from = new SqliteHistory(open.database);
  const to = await CassandraHistory.open(optionsOf(cassandra, keyspace));
  try {
    const observations = await Array.fromAsync(from.between("suburb", 1_700_000_000_000, 1_750_000_000_000));
    const polls = await Array.fromAsync(from.polls("suburb", 0, Number.MAX_SAFE_INTEGER));
    const records = observations.map((observation) => ({ kind: "change" as const, ...observation }));
    await to.append({ observations: records, polls, partition: 0, offset: 1n });
  } finally {
    await to.close();
    open.close();
  }
}
