import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished, vi } from "vitest";
import { stringify } from "yaml";
import { KafkaLog } from "../../../adapters/kafka/kafka-log.ts";
import { change, minute, pollMarker, start } from "../../contracts/log-records.ts";
import { startVelib } from "../../e2e/velib-process.ts";
import { serverOf } from "../../testbed/faults/server.ts";
import { addressOf } from "../../testbed/faults/testbed.ts";
import { freePort } from "../free-port.ts";
import { logOptions } from "../kafka/kafka-pipeline.ts";
import { describeWithOwnTestbed } from "../own-testbed.ts";

const pipeline = "lag";
const stations = 40;

describeWithOwnTestbed(
  "an aggregator whose MongoDB is gone",
  { services: ["kafka", "mongo"], portShift: 2300, kafkaSessionMs: 3_000 },
  (own) => {
    it("tells the lag as it grows, and that it is worked off once MongoDB is back", async () => {
      const dir = await mkdtemp(join(tmpdir(), "velib-lag-"));
      onTestFinished(() => rm(dir, { recursive: true }));
      const [path, port] = [join(dir, "pipeline.yaml"), await freePort()];
      const brokers = addressOf(own(), "TEST_KAFKA_BROKERS").split(",");
      const uri = `${addressOf(own(), "TEST_MONGODB_URI")}&serverSelectionTimeoutMS=1000`;
      const kafka = { bootstrapServers: brokers, retention: "36500d" };
      await writeFile(path, stringify({ pipeline, http: { port }, kafka, mongodb: { uri } }));
      const log = await KafkaLog.open({ ...logOptions(brokers, pipeline), retentionMs: 36_500 * 24 * 60 * minute });
      onTestFinished(() => log.close());
      await using aggregate = startVelib(["aggregate", "--config", path]);
      const lag = async () => {
        const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
        const samples = [...metrics.matchAll(/^velib_log_lag_records\{group="aggregator",.*\} (\d+)/gm)];
        return samples.length === 0 ? null : samples.reduce((sum, [, value]) => sum + Number(value), 0);
      };
      const state = async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).json();
      const until = (look: () => Promise<void>) => vi.waitFor(look, { timeout: 90_000, interval: 250 });
      let polls = 0;
      const poll = async () => {
        const at = start + polls++ * minute;
        const records = Array.from({ length: stations }, (_, n) => change("paris", String(n), at, { bikes: polls }));
        await log.append({ records, marker: pollMarker("paris", at) });
      };
      await poll();
      await until(async () => expect(await lag()).toBe(0));
      const mongod = serverOf(own().runDir, "mongo");

      await mongod.kill();
      for (let n = 0; n < 5; n++) await poll();
      await until(async () => expect(await state()).toMatchObject({ ready: false }));
      await until(async () => expect(await lag()).toBeGreaterThanOrEqual(5 * stations));
      for (let n = 0; n < 5; n++) await poll();
      await until(async () => expect(await lag()).toBeGreaterThanOrEqual(10 * stations));
      await mongod.restart();
      await until(async () => expect([await state(), await lag()]).toEqual([{ ready: true }, 0]));

      expect(await aggregate.stop("SIGTERM")).toMatchObject({ code: 0 });
    }, 300_000);
  },
);
