import { expect, it } from "vitest";
import { CassandraHistory } from "../../../adapters/cassandra/cassandra-history.ts";
import { change, pollMarker } from "../../contracts/log-records.ts";
import { waitForCassandra } from "../../testbed/faults/readiness.ts";
import { serverOf } from "../../testbed/faults/server.ts";
import { addressOf } from "../../testbed/faults/testbed.ts";
import { until } from "../../testbed/faults/until.ts";
import { describeWithOwnTestbed } from "../own-testbed.ts";
import { optionsOf } from "./fixtures.ts";

const minute = 60_000;
const first = Date.UTC(2024, 10, 8);
const stations = Array.from({ length: 300 }, (_, n) => String(1000 + n));

function poll(n: number) {
  const at = first + n * minute;
  return {
    observations: stations.map((station) => change("paris", station, at, { bikes: n })),
    polls: [pollMarker("paris", at)],
    partition: 0,
    offset: BigInt(n + 1),
  };
}

describeWithOwnTestbed(
  "a Cassandra node killed with -9 while the history is written",
  { services: ["cassandra"], portShift: 2180, cassandraCommitlog: "batch" },
  (own) => {
    it("comes back with every append that was acknowledged, and takes the broken one again", async () => {
      const address = {
        contactPoints: [addressOf(own(), "TEST_CASSANDRA_CONTACT_POINTS")],
        dataCenter: addressOf(own(), "TEST_CASSANDRA_DATACENTER"),
      };
      const options = { ...optionsOf(address, "velib_kill"), readTimeoutMs: 2000 };
      const node = serverOf(own().runDir, "cassandra");
      const history = await CassandraHistory.open(options);
      let acknowledged = 0;
      const writing = (async () => {
        while (true) {
          await history.append(poll(acknowledged));
          acknowledged++;
        }
      })();
      const broken = writing.then(
        () => null,
        (error: unknown) => error,
      );
      await until("20 appends", () => (acknowledged >= 20 ? true : null), 60_000);

      await node.kill();
      expect(await broken).toMatchObject({ retryable: true });
      await history.close();
      await node.restart();
      await waitForCassandra(address.contactPoints[0] ?? "", address.dataCenter);
      const after = await CassandraHistory.open(options);

      const position = Number(await after.position(0));
      expect(position).toBeGreaterThanOrEqual(acknowledged);
      await after.append(poll(position));
      const day = await Array.fromAsync(after.day("paris", "2024-11-08"));
      const polls = await Array.fromAsync(after.polls("paris", 0, Infinity));
      const one = await Array.fromAsync(after.station("paris", "1299", 0, Infinity));
      await after.close();
      expect(day.map(({ station, bikes }) => `${station} ${bikes}`)).toEqual(
        Array.from({ length: position + 1 }, (_, n) => stations.map((station) => `${station} ${n}`)).flat(),
      );
      expect(polls).toHaveLength(position + 1);
      expect(one).toHaveLength(position + 1);
    });
  },
);
