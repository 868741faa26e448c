import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { stringify } from "yaml";
import { CassandraHistory } from "../../../adapters/cassandra/cassandra-history.ts";
import { KafkaDeadLetters } from "../../../adapters/kafka/kafka-dead-letters.ts";
import { KafkaLog } from "../../../adapters/kafka/kafka-log.ts";
import { readDataDir } from "../../../adapters/sqlite/data-dir.ts";
import { SqliteHistory } from "../../../adapters/sqlite/sqlite-history.ts";
import { SqliteResults } from "../../../adapters/sqlite/sqlite-results.ts";
import { Aggregator, aggregatorGroup } from "../../../services/aggregator/aggregator.ts";
import { Archiver, archiverGroup } from "../../../services/archiver/archiver.ts";
import { callVelib } from "../../../services/cli/testing/call-velib.ts";
import { createMetrics } from "../../../services/metrics/metrics.ts";
import { openStore, windowMs } from "../../../services/producer/testing/embedded-store.ts";
import { allOf } from "../../contracts/all-of.ts";
import { uniqueName } from "../../contracts/opened.ts";
import { firstPolls } from "../../e2e/first-polls.ts";
import { describeWithRecordings } from "../../recordings.ts";
import { dropKeyspace, optionsOf } from "../cassandra/fixtures.ts";
import { compareResults } from "../flow/same-results.ts";
import { connectionTo, dropTopics } from "../kafka/kafka-pipeline.ts";
import { describeReal } from "../servers.ts";

const dayMs = 86_400_000;
/** Observer-a's polls come every 20 minutes or so: the first of them, in which columns were null and stations absent. */
const polls = 24;

describeWithRecordings("replaying observer-a", (recordings) => {
  describeReal("into Kafka and out of Cassandra", ["kafka", "cassandra"], ({ kafka, cassandra }) => {
    const pipeline = uniqueName("replay").replaceAll("_", "-");
    const keyspace = pipeline.replaceAll("-", "_");
    const retention = "5000d";
    let dir: string;
    let recording: string;
    let expected: ReturnType<typeof readDataDir>;

    beforeAll(async () => {
      dir = mkdtempSync(join(tmpdir(), "velib-replay-"));
      recording = await firstPolls(join(recordings, "paris-2024-11/observer-a.csv.gz"), polls, join(dir, "paris"));
      const { contactPoints, dataCenter } = cassandra;
      const config = {
        pipeline,
        kafka: { bootstrapServers: kafka, partitions: 2, retention },
        cassandra: {
          contactPoints,
          localDataCenter: dataCenter,
          replication: { [dataCenter]: 1 },
          consistency: "LOCAL_ONE",
        },
      };
      writeFileSync(join(dir, "pipeline.yaml"), stringify(config));
      writeFileSync(join(dir, "brief.yaml"), stringify({ ...config, pipeline: `${pipeline}-b`, kafka: brief(kafka) }));
      await velib(recording, "--source", "paris", "--data-dir", "embedded");
      expected = readDataDir(join(dir, "embedded"));
    }, 180_000);

    afterAll(async () => {
      expected?.close();
      rmSync(dir, { recursive: true });
      await dropTopics(kafka, pipeline);
      await dropTopics(kafka, `${pipeline}-b`);
      await dropKeyspace(cassandra, keyspace);
    });

    async function velib(...args: string[]) {
      const called = await callVelib(["replay", ...args, "--json"], dir);
      expect(called, called.stderr).toMatchObject({ code: 0 });
      return JSON.parse(called.stdout);
    }

    function resultsIn(dataDir: ReturnType<typeof readDataDir>) {
      return new SqliteResults(dataDir.database, windowMs);
    }

    it("fills a pipeline's log, of which its readers make the windows of the embedded run", async () => {
      const summary = await velib(recording, "--source", "paris", "--config", "pipeline.yaml");
      const again = await velib(recording, "--source", "paris", "--config", "pipeline.yaml");
      const store = openStore();
      await workOff(store);

      const { differences, compared } = await compareResults(resultsIn(expected), store.results);

      expect(summary).toMatchObject({ source: "paris", pipeline, complete: true });
      expect(summary.polls + summary.rejected_polls).toBe(polls);
      expect(again).toMatchObject({ polls: 0, complete: true });
      expect(differences).toEqual([]);
      expect(compared).toBeGreaterThan(polls * 1_000);
      store.close();
    });

    it("reads the history back: the windows equal the original's", async () => {
      await velib("--from-history", "--source", "paris", "--config", "pipeline.yaml", "--data-dir", "copy");
      const copy = readDataDir(join(dir, "copy"));

      const { differences, compared } = await compareResults(resultsIn(expected), resultsIn(copy));

      copy.close();
      expect(differences).toEqual([]);
      expect(compared).toBeGreaterThan(polls * 1_000);
    });

    it("reads a stretch of the history back, under another name", async () => {
      const times = (await allOf(new SqliteHistory(expected.database).polls("paris", 0, Date.now()))).map(
        ({ at }) => at,
      );
      const [from, to] = [windowOf(times[8] ?? 0), windowOf(times[16] ?? 0)];
      const range = ["--from", new Date(from).toISOString(), "--to", new Date(to).toISOString()];
      await velib(
        "--from-history",
        "--source",
        "paris",
        "--as",
        "again",
        ...range,
        "--config",
        "pipeline.yaml",
        "--data-dir",
        "part",
      );
      const part = readDataDir(join(dir, "part"));
      const rows = async (results: SqliteResults, source: string) => {
        const all: object[] = [];
        for await (const row of results.stationWindows({ source, from, to })) all.push({ ...row, source: "" });
        return all;
      };

      const [original, copied] = [await rows(resultsIn(expected), "paris"), await rows(resultsIn(part), "again")];

      part.close();
      expect(copied).toEqual(original);
      expect(copied.length).toBeGreaterThan(1_000);
    });

    it("refuses to fill a log that would not keep what it is given", async () => {
      const { code, stderr } = await callVelib(["replay", recording, "--config", "brief.yaml"], dir);

      expect(stderr).toMatch(/^velib: kafka\.retention: 7d is shorter than the age of the first poll.*set it/);
      expect(code).toBe(2);
    });

    /** Aggregates and archives the pipeline's log. */
    async function workOff(store: ReturnType<typeof openStore>): Promise<void> {
      const connection = connectionTo(kafka);
      const topics = { connection, pipeline, replication: 1, minInsyncReplicas: 1, retentionMs: 5_000 * dayMs };
      const log = await KafkaLog.open({ ...topics, partitions: 2 });
      const letters = await KafkaDeadLetters.open(topics);
      const history = await CassandraHistory.open({ ...optionsOf(cassandra, keyspace), consistency: "LOCAL_ONE" });
      const metrics = createMetrics({ version: "1.2.3" });
      const windows = { lengthMs: windowMs, latenessMs: 30_000 };
      const once = { signal: new AbortController().signal, untilEnd: true };
      const aggregator = new Aggregator(store.results, letters, { windows, commitWindows: 20_000 }, metrics);
      await log.consume(aggregatorGroup, aggregator, once);
      await log.consume(archiverGroup, new Archiver(history, metrics), once);
      await Promise.all([log.close(), letters.close(), history.close()]);
    }
  });
});

function windowOf(at: number): number {
  return Math.floor(at / windowMs) * windowMs;
}

function brief(bootstrapServers: string[]) {
  return { bootstrapServers, partitions: 1, retention: "7d" };
}
