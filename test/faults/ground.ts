import { openKafkaProxies } from "../testbed/faults/kafka-proxies.ts";
import { openTcpProxy, type TcpProxy } from "../testbed/faults/tcp-proxy.ts";
import { addressOf, type Testbed } from "../testbed/faults/testbed.ts";
import type { Addresses } from "./addresses.ts";
import type { Fault } from "./fault.ts";
import type { Command, Pipeline, ReplayedSource } from "./pipeline.ts";
import { processKilled, processSuspended } from "./process-faults.ts";

/** Servers with empty data: MongoDB and Cassandra, and Kafka with one or three brokers. */
export interface Servers {
  stores: Testbed;
  brokers: Testbed;
}

/** Where a scenario takes place. */
export interface Ground extends Servers {
  pipeline: Pipeline;
  /** The servers without a proxy between. */
  direct: Addresses;
  /** The recorded stretches, each as a source. */
  sources: ReplayedSource[];
  /** Done at the scenario's end, whatever became of it. */
  atEnd(close: () => Promise<void>): void;
}

/** Starts a producer, two aggregators and two archivers. */
export async function startAll({ pipeline, direct, sources }: Ground, addresses: Addresses = direct): Promise<void> {
  await pipeline.start("produce", "produce", addresses, sources);
  for (const name of ["aggregate-1", "aggregate-2", "archive-1", "archive-2"]) {
    await pipeline.start(name, commandOf(name), addresses);
  }
}

export function killed({ pipeline }: Ground, ...names: string[]): Fault[] {
  return names.map((name) => processKilled(commandOf(name), pipeline.process(name)));
}

export function suspended({ pipeline }: Ground, ...names: string[]): Fault[] {
  return names.map((name) => processSuspended(commandOf(name), pipeline.process(name)));
}

/** Proxies before every server, and the addresses that lead through them. */
export async function openLines(ground: Ground) {
  const advertised = addressOf(ground.brokers, "TEST_KAFKA_PROXIED_BROKERS");
  const kafka = await openKafkaProxies(advertised);
  ground.atEnd(async () => {
    for (const proxy of kafka) await proxy.close();
  });
  const mongodb = await openLine(ground, ground.direct.mongodb);
  const cassandra = await openLine(ground, ground.direct.cassandra.contactPoint);
  const addresses: Addresses = {
    kafka: advertised.split(","),
    mongodb: byProxy(mongodb),
    cassandra: { ...ground.direct.cassandra, contactPoint: `127.0.0.1:${cassandra.port}` },
  };
  return { kafka, mongodb, cassandra, addresses };
}

/** A proxy before the server of a `host:port` or a MongoDB URI. */
export async function openLine(ground: Ground, address: string): Promise<TcpProxy> {
  const proxy = await openTcpProxy(0, { host: "127.0.0.1", port: Number(/:(\d+)/.exec(address)?.[1]) });
  ground.atEnd(() => proxy.close());
  return proxy;
}

/** The replica set's own address would lead past the proxy. */
export function byProxy({ port }: TcpProxy): string {
  return `mongodb://127.0.0.1:${port}/?directConnection=true`;
}

function commandOf(name: string): Command {
  if (name.startsWith("aggregate")) return "aggregate";
  return name.startsWith("archive") ? "archive" : "produce";
}
