import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { BatchResult } from "../../../services/batch/batch-result.ts";
import { uniqueName } from "../../contracts/opened.ts";
import { runVelib } from "../../e2e/velib-process.ts";
import { dropKeyspace } from "../cassandra/fixtures.ts";
import { describeReal } from "../servers.ts";
import type { TwoHistories } from "./commuters-in-cassandra.ts";
import { commutersTwice } from "./commuters-in-cassandra.ts";

describeReal("velib batch on Cassandra", ["cassandra"], ({ cassandra }) => {
  const pipeline = uniqueName("batch").replaceAll("_", "");
  let dir: string;
  let histories: TwoHistories;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "velib-real-batch-"));
    const batch = { timeZone: "Europe/Paris", reports: [{ name: "polled", sql: "SELECT count(*) FROM observations" }] };
    histories = await commutersTwice(dir, pipeline, cassandra, { batch });
  });

  afterAll(async () => {
    await dropKeyspace(cassandra, pipeline);
    await rm(dir, { recursive: true });
  });

  async function batch(...args: string[]): Promise<BatchResult> {
    const { code, stdout, stderr } = await runVelib(["batch", "--day", "2024-11-06", ...args]);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    return JSON.parse(stdout);
  }

  it.each(["1", "2", "3"])(
    "with %s partitions writes the bytes that the data dir's history gives",
    async (partitions) => {
      const embedded = await batch(
        "--data-dir",
        histories.dataDir,
        "--time-zone",
        "Europe/Paris",
        "--out",
        join(dir, "a"),
      );

      const real = await batch("--config", histories.config, "--partitions", partitions, "--out", join(dir, "b"));

      const [expected, day] = [embedded.days[0]!, real.days[0]!];
      expect(day).toMatchObject({ observations: 864, polls: 144, complete: true, time_zone: "Europe/Paris" });
      expect([day.parquet, day.csv, day.reports[0]]).toEqual([expected.parquet, expected.csv, expected.reports[0]]);
      expect(day.reports.map(({ name, outcome }) => [name, outcome])).toEqual([
        ["zone-hours", "Written"],
        ["polled", "Written"],
      ]);
    },
  );
});
