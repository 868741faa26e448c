/**
 * The aggregator from Kafka into MongoDB: CPU seconds of this process per million observations, wall clock, windows/s.
 *   eval "$(VELIB_TESTBED_JIT=full test/testbed/data-services/up.sh kafka mongo)"
 *   node bench/aggregate/into-mongodb.ts [--observations 1000000]
 * The database and the topics it makes are dropped at the end.
 */
import { parseArgs } from "node:util";
import { Kafka, logLevel } from "kafkajs";
import { MongoClient } from "mongodb";
import { MongodbResults } from "../../adapters/mongodb/mongodb-results.ts";
import { aggregateTopic } from "./aggregate-topic.ts";
import { fill, observerA } from "./load.ts";
import { createTopic, deleteTopics } from "./topics.ts";

const { values: options } = parseArgs({ options: { observations: { type: "string", default: "1000000" } } });
const { TEST_KAFKA_BROKERS, TEST_MONGODB_URI: uri } = process.env;
if (!TEST_KAFKA_BROKERS || !uri) throw new Error('no servers: eval "$(test/testbed/data-services/up.sh kafka mongo)"');
const brokers = TEST_KAFKA_BROKERS.split(",");
const name = `bench-${Date.now()}`;
const input = `${name}-input`;
const kafka = new Kafka({ brokers, logLevel: logLevel.ERROR });
const admin = kafka.admin();
await admin.connect();
try {
  await createTopic(admin, input);
  const load = await fill(kafka, input, await observerA(), {
    atLeast: Number(options.observations),
    keyframeMs: 0,
  });
  const results = await MongodbResults.open({ uri, database: name });
  const [cpu, wall] = [process.cpuUsage(), performance.now()];
  const { signal } = new AbortController();
  await aggregateTopic({ brokers, input, group: name, signal, untilEnd: true }, results);
  const { user, system } = process.cpuUsage(cpu);
  const seconds = (performance.now() - wall) / 1000;
  await results.close();
  const written = await dropDatabase(uri, name);
  if (written !== load.windows) throw new Error(`expected ${load.windows} windows, got ${written}`);
  console.log(
    `${load.observations} observations, ${load.windows} windows: ${((user + system) / load.observations).toFixed(2)} CPU s ` +
      `per million observations, ${seconds.toFixed(1)} s, ${Math.round(load.windows / seconds)} windows/s`,
  );
} finally {
  await deleteTopics(admin, name);
  await admin.disconnect();
}

async function dropDatabase(at: string, database: string): Promise<number> {
  const client = await MongoClient.connect(at);
  const count = await client.db(database).collection("station_windows").countDocuments();
  await client.db(database).dropDatabase();
  await client.close();
  return count;
}
