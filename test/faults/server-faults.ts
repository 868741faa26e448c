import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { waitForCassandra, waitForKafka, waitForMongo } from "../testbed/faults/readiness.ts";
import { type ServerName, serverOf } from "../testbed/faults/server.ts";
import { fillDisk, freeDisk } from "../testbed/faults/small-disk.ts";
import type { Testbed } from "../testbed/faults/testbed.ts";
import type { Addresses } from "./addresses.ts";
import { between, type Fault } from "./fault.ts";
import type { Stage } from "./progress.ts";

const everything: readonly Stage[] = ["produced", "aggregated", "archived"];
/** How long a killed server stays away, ms. */
const away = [0, 2_000] as const;

/** kill -9 of the only broker. */
export function brokerKilled(brokers: Testbed, { kafka }: Addresses): Fault {
  return serversKilled(
    "kill -9 of the broker",
    everything,
    brokers,
    () => ["kafka"],
    () => waitForKafka(kafka),
  );
}

/** kill -9 of some of three brokers at once. */
export function someBrokersKilled(count: 1 | 2 | 3, brokers: Testbed, { kafka }: Addresses): Fault {
  const names = ["kafka3-1", "kafka3-2", "kafka3-3"] as const;
  const which = (first: number) => Array.from({ length: count }, (_, i) => names[(first + i) % 3] ?? "kafka3-1");
  const kind = `kill -9 of ${count} of 3 brokers`;
  return serversKilled(kind, everything, brokers, which, () => waitForKafka(kafka));
}

/** kill -9 of mongod. */
export function mongodKilled(stores: Testbed, { mongodb }: Addresses): Fault {
  return serversKilled(
    "kill -9 of mongod",
    ["aggregated"],
    stores,
    () => ["mongo"],
    () => waitForMongo(mongodb),
  );
}

/** kill -9 of the Cassandra node. */
export function cassandraKilled(stores: Testbed, { cassandra }: Addresses): Fault {
  const ready = () => waitForCassandra(cassandra.contactPoint, cassandra.dataCenter);
  return serversKilled("kill -9 of Cassandra", ["archived"], stores, () => ["cassandra"], ready);
}

/** The log's disk fills up: the broker ends by itself, and comes back when there is room again. */
export function diskFull(brokers: Testbed, { kafka }: Addresses): Fault {
  const disk = join(brokers.runDir, "kafka", "data");
  const broker = serverOf(brokers.runDir, "kafka");
  return {
    kind: "full disk under the log",
    stages: everything,
    async strike() {
      fillDisk(disk);
      await broker.ended(120_000);
    },
    async mend(random) {
      await sleep(between(away, random));
      freeDisk(disk);
      await broker.restart();
      await waitForKafka(kafka);
    },
  };
}

function serversKilled(
  kind: string,
  stages: readonly Stage[],
  testbed: Testbed,
  which: (first: number) => ServerName[],
  ready: () => Promise<void>,
): Fault {
  let killed: ServerName[] = [];
  return {
    kind,
    stages,
    async strike(random) {
      killed = which(random.below(3));
      await Promise.all(killed.map((name) => serverOf(testbed.runDir, name).kill()));
    },
    async mend(random) {
      await sleep(between(away, random));
      await Promise.all(killed.map((name) => serverOf(testbed.runDir, name).restart()));
      await ready();
    },
  };
}
