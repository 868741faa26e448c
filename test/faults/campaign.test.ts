import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { CassandraConnection } from "../../adapters/cassandra/cassandra-connection.ts";
import { describeWithOwnTestbed } from "../real/own-testbed.ts";
import { describeWithRecordings } from "../recordings.ts";
import { openTcpProxy } from "../testbed/faults/tcp-proxy.ts";
import { addressOf, startTestbed, type Testbed } from "../testbed/faults/testbed.ts";
import { until } from "../testbed/faults/until.ts";
import { drainInOrder } from "./ordered-drain.ts";
import { type Outcome, reportText } from "./report.ts";
import { runScenario } from "./scenario.ts";
import { scenarios } from "./scenarios.ts";

const extent = process.env.VELIB_FAULTS === "slice" ? "slice" : "all";
const longestMs = 1_200_000;

describeWithRecordings("observer-a under faults", (recordings) => {
  describeWithOwnTestbed(
    "real servers that break",
    {
      services: ["kafka", "cassandra", "mongo"],
      portShift: 5000,
      proxied: true,
      kafkaDiskMb: 512,
      kafkaSessionMs: 3_000,
      cassandraCommitlog: "batch",
    },
    (own) => {
      const recording = join(recordings, "paris-2024-11/observer-a.csv.gz");
      const outcomes: Outcome[] = [];
      let folder: string;
      let three: Testbed | null = null;

      beforeAll(async () => {
        folder = await mkdtemp(join(tmpdir(), "velib-faults-"));
      });
      afterAll(async () => {
        await three?.stop();
        if (outcomes.length > 0) console.log(`\n${reportText(outcomes)}\n`);
      }, 120_000);

      for (const scenario of scenarios(extent)) {
        const name = `${scenario.name}: the final tables are those of an undisturbed run`;
        it(name, { timeout: longestMs }, async () => {
          if (scenario.brokers === 3)
            three = await startTestbed({ services: ["kafka3"], portShift: 5020, kafkaSessionMs: 3_000 });
          const stores = own();
          const place = join(folder, String(scenario.seed));

          const outcome = await runScenario(scenario, { stores, brokers: three ?? stores }, recording, place);

          outcomes.push(outcome);
          await three?.stop();
          three = null;
          await rm(place, { recursive: true });
          expect(outcome.differences).toBe(0);
        });
      }

      it("drains in order: the producer off, what it sent worked off, then the rest", async () => {
        const { producer, before, after, produced, aggregated, archived, consumers, answered } = await drainInOrder(
          own(),
          recording,
          join(folder, "drain"),
        );

        expect(producer, "exit code of the producer that was asked to stop").toBe(0);
        expect(produced).toBeGreaterThanOrEqual(10);
        expect(before.groups.map(({ lag }) => lag > 0)).toEqual([true, true]);
        expect(consumers.map(({ code }) => code)).toEqual([0, 0]);
        for (const { stderr } of consumers) expect(stderr).toMatch(/"lag":0,"groups":\[.*"msg":"backlog left"/);
        expect(after.lag).toBe(0);
        expect({ aggregated, archived }).toEqual({ aggregated: produced, archived: produced });
        expect(answered).toMatchObject({ lag: 0, groups: [{ partitions: [{ lag: 0 }, { lag: 0 }, { lag: 0 }] }] });
      }, 180_000);

      it("closes a connection to Cassandra that the driver is making anew at that moment", async () => {
        const [address, dataCenter] = ["TEST_CASSANDRA_CONTACT_POINTS", "TEST_CASSANDRA_DATACENTER"].map((name) =>
          addressOf(own(), name),
        );
        const line = await openTcpProxy(0, { host: "127.0.0.1", port: Number(address?.split(":")[1]) });
        const contactPoints = [`127.0.0.1:${line.port}`];
        const options = { contactPoints, localDataCenter: dataCenter ?? "", keyspace: "unused" };
        const connection = await CassandraConnection.open(options);
        line.cut("to-client");
        line.reset();
        await until("the driver's next try", () => (line.connections() > 0 ? true : null), 10_000);

        await connection.close();
        await line.heal();

        // Before the fix one connection was left, and the process did not end.
        await until("no connection", () => (line.connections() === 0 ? true : null), 5_000);
        await line.close();
      }, 60_000);

      if (extent === "all") {
        it("struck at least 200 times", () => {
          expect(outcomes.flatMap(({ struck }) => struck).length).toBeGreaterThanOrEqual(200);
        });
      }
    },
  );
});
