import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { MongoClient } from "mongodb";
import { afterAll, beforeAll, expect, it, type TestContext } from "vitest";
import { CassandraHistory } from "../../../adapters/cassandra/cassandra-history.ts";
import { MongodbResults } from "../../../adapters/mongodb/mongodb-results.ts";
import { readDataDir } from "../../../adapters/sqlite/data-dir.ts";
import { SqliteHistory } from "../../../adapters/sqlite/sqlite-history.ts";
import { SqliteResults } from "../../../adapters/sqlite/sqlite-results.ts";
import { uniqueName } from "../../contracts/opened.ts";
import { firstPolls } from "../../e2e/first-polls.ts";
import { runVelib } from "../../e2e/velib-process.ts";
import { describeWithRecordings } from "../../recordings.ts";
import { dropKeyspace, optionsOf } from "../cassandra/fixtures.ts";
import { dropTopics } from "../kafka/kafka-pipeline.ts";
import type { RealAddresses } from "../servers.ts";
import { describeReal } from "../servers.ts";
import { PipelineProcesses } from "./pipeline-processes.ts";
import { compareHistory, compareResults, compareStations } from "./same-results.ts";

/** All of the recording with VELIB_FLOW_POLLS=770; by default its first two days, in which all of its faults occur. */
const polls = Number(process.env.VELIB_FLOW_POLLS ?? 200);
const kills = Number(process.env.VELIB_FLOW_KILLS ?? 8);
const days = Array.from({ length: 11 }, (_, i) => new Date(Date.UTC(2024, 9, 31 + i)).toISOString().slice(0, 10));
const lengthMs = 180_000;
const longestRunMs = 900_000;

describeWithRecordings("observer-a through Kafka into MongoDB and Cassandra", (recordings) => {
  describeReal("the pipeline on real servers", ["kafka", "mongodb", "cassandra"], (addresses) => {
    let folder: string;
    let recording: string;
    let embedded: ReturnType<typeof readDataDir>;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "velib-flow-"));
      recording = await firstPolls(join(recordings, "paris-2024-11/observer-a.csv.gz"), polls, join(folder, "paris"));
      const dataDir = join(folder, "embedded");
      const { code, stderr } = await runVelib(["replay", recording, "--source", "paris", "--data-dir", dataDir]);
      if (code !== 0) throw new Error(stderr);
      embedded = readDataDir(dataDir);
    }, 300_000);
    afterAll(async () => {
      embedded?.close();
      await rm(folder, { recursive: true, force: true });
    });

    it(
      "gives the embedded run's windows and observations, each once",
      async (context) => {
        const processes = await PipelineProcesses.prepare(
          uniqueName("flow").replaceAll("_", "-"),
          recording,
          addresses,
        );
        processes.start("produce", "produce");
        processes.start("aggregate-1", "aggregate");
        processes.start("archive-1", "archive");

        await expectSameResults(processes, addresses, embedded, context);
      },
      longestRunMs,
    );

    it(
      `gives them as well when processes are killed ${kills} times and aggregators share the partitions`,
      async (context) => {
        const processes = await PipelineProcesses.prepare(
          uniqueName("flow").replaceAll("_", "-"),
          recording,
          addresses,
        );
        const commands = {
          produce: "produce",
          "aggregate-1": "aggregate",
          "aggregate-2": "aggregate",
          "archive-1": "archive",
        } as const;
        for (const [name, command] of Object.entries(commands)) processes.start(name, command);
        let seed = 20_241_031;
        const random = () => {
          seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
          return seed / 0x80000000;
        };
        const names = Object.keys(commands) as (keyof typeof commands)[];
        for (let kill = 0; kill < kills; kill++) {
          await sleep(500 + random() * 4_000);
          const name = names[Math.floor(random() * names.length)] ?? "produce";
          await processes.kill(name);
          processes.start(name, commands[name]);
        }

        await expectSameResults(processes, addresses, embedded, context);
      },
      longestRunMs,
    );
  });
});

async function expectSameResults(
  processes: PipelineProcesses,
  addresses: RealAddresses,
  embedded: ReturnType<typeof readDataDir>,
  { annotate }: TestContext,
): Promise<void> {
  const { pipeline } = processes;
  const keyspace = pipeline.replaceAll("-", "_");
  const expected = new SqliteResults(embedded.database, lengthMs);
  const expectedHistory = new SqliteHistory(embedded.database);
  const actual = await MongodbResults.open({ uri: addresses.mongodb, database: pipeline });
  const actualHistory = await CassandraHistory.open({
    ...optionsOf(addresses.cassandra, keyspace),
    consistency: "LOCAL_ONE",
  });
  try {
    await workedOff(processes, expected, actual);
    await archived(processes, expectedHistory, actualHistory);
    const codes = await processes.stop();
    const stations = (await expected.stations({ source: "paris" })).map(({ station }) => station);

    const results = await compareResults(expected, actual);
    const history = await compareHistory(expectedHistory, actualHistory, "paris", days);
    const byStation = await compareStations(expectedHistory, actualHistory, "paris", stations);
    await annotate(
      `compared: ${results.compared} windows, ${history.compared} observations and polls by day, ${byStation.compared} observations by station`,
    );
    expect(new Set(Object.values(codes)), JSON.stringify(codes)).toEqual(new Set([0]));
    expect(results.differences).toEqual([]);
    expect(results.compared).toBeGreaterThan(polls * 1000);
    expect(history.differences).toEqual([]);
    expect(history.compared).toBeGreaterThan(polls * 500);
    expect(byStation.differences).toEqual([]);
    expect(byStation.compared).toBeGreaterThan(polls * 500);
  } finally {
    await processes.stop();
    await actual.close();
    await actualHistory.close();
    await dropTopics(addresses.kafka, pipeline);
    await dropKeyspace(addresses.cassandra, keyspace);
    const client = new MongoClient(addresses.mongodb);
    await client.db(pipeline).dropDatabase();
    await client.close();
  }
}

/** Waits until every partition has aggregated the recording's end. */
async function workedOff(processes: PipelineProcesses, expected: SqliteResults, actual: MongodbResults): Promise<void> {
  const [goal] = await expected.sources();
  await waitUntil(processes, async () => {
    const [state] = await actual.sources();
    return state?.ended === true && state.finalUntil === goal?.finalUntil;
  });
}

/** Waits until every observation of the last day, and with it every partition's end, is archived. */
async function archived(
  processes: PipelineProcesses,
  expected: SqliteHistory,
  actual: CassandraHistory,
): Promise<void> {
  const goal = await countOf(expected);
  await waitUntil(processes, async () => (await countOf(actual)) === goal);
}

async function countOf(history: SqliteHistory | CassandraHistory): Promise<number> {
  let count = 0;
  for (const day of days) for await (const _ of history.day("paris", day)) count++;
  return count;
}

async function waitUntil(processes: PipelineProcesses, done: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + longestRunMs - 60_000;
  while (!(await done())) {
    const complaints = await processes.complaints();
    if (complaints.length > 0) throw new Error(complaints.join("\n"));
    if (Date.now() > deadline) throw new Error("the pipeline did not work off the recording in time");
    await sleep(500);
  }
}
