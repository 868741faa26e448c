import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CassandraHistory } from "../../adapters/cassandra/cassandra-history.ts";
import { openDataDir } from "../../adapters/sqlite/data-dir.ts";
import { SqliteHistory } from "../../adapters/sqlite/sqlite-history.ts";
import type { BatchResult } from "../../services/batch/batch-result.ts";
import { runVelib } from "../child-process.ts";
import { report } from "../report.ts";
import { appendMadeUpDay, day } from "./made-up-day.ts";

/**
 * `velib batch` over one day of 0.86 M observations, by one and by two partitions in turn; from the embedded history,
 * and from Cassandra where the testbed's is up: eval "$(test/testbed/data-services/up.sh cassandra)".
 */
const rounds = 3;
const stations = 1500;
const dir = mkdtempSync(join(tmpdir(), "velib-bench-batch-"));

async function compare(history: string, place: readonly string[]): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    for (const partitions of ["1", "2"]) {
      const out = join(dir, `out-${history}-${partitions}`);
      const args = ["batch", ...place, "--day", day, "--out", out, "--partitions", partitions];
      const run = await runVelib(args);
      const result: BatchResult = JSON.parse(run.output);
      const [made] = result.days;
      if (made === undefined) throw new Error("velib batch made no day");
      report({
        benchmark: "a day's batch",
        case: `${history}, ${partitions} partition${partitions === "1" ? "" : "s"}`,
        round,
        observations: made.observations,
        wall_seconds: run.wallSeconds,
        read_seconds: made.seconds.read,
        write_seconds: made.seconds.write,
        reports_seconds: made.seconds.reports,
        peak_mib: run.peakMiB,
      });
    }
  }
}

async function embedded(): Promise<string[]> {
  const dataDir = join(dir, "data");
  const open = openDataDir(dataDir);
  await appendMadeUpDay(new SqliteHistory(open.database), stations);
  open.close();
  return ["--data-dir", dataDir];
}

async function cassandra(contactPoint: string, localDataCenter: string): Promise<string[]> {
  const keyspace = `bench${Date.now()}`;
  const options = { contactPoints: [contactPoint], localDataCenter, keyspace };
  const history = await CassandraHistory.open({ ...options, replication: { [localDataCenter]: 1 } });
  await appendMadeUpDay(history, stations);
  await history.close();
  const config = join(dir, "pipeline.json");
  const kafka = { bootstrapServers: ["kafka.invalid:9092"] };
  writeFileSync(config, JSON.stringify({ pipeline: keyspace, http: { port: 0 }, kafka, cassandra: options }));
  return ["--config", config];
}

try {
  await compare("embedded", await embedded());
  const { TEST_CASSANDRA_CONTACT_POINTS: contactPoint, TEST_CASSANDRA_DATACENTER: dataCenter } = process.env;
  if (contactPoint && dataCenter) await compare("Cassandra", await cassandra(contactPoint, dataCenter));
} finally {
  rmSync(dir, { recursive: true });
}
