/** What no aggregator on kafkajs can be cheaper than: `bytes` fetches the log, `parse` also parses it as JSON. */
import { Kafka, logLevel } from "kafkajs";
import { readWhole } from "./whole-topic.ts";

const { BENCH_BROKERS: brokers, BENCH_INPUT: input } = process.env;
const [work] = process.argv.slice(2);
if (!brokers || !input) throw new Error("environment: BENCH_BROKERS and BENCH_INPUT have to be set");
if (work !== "bytes" && work !== "parse") throw new Error(`expected bytes or parse, got ${work}`);

let total = 0;
await readWhole(new Kafka({ brokers: brokers.split(","), logLevel: logLevel.ERROR }), input, ({ value }) => {
  if (value === null) return;
  if (work === "bytes") total += value.length;
  else if (JSON.parse(value.toString()).kind === "change") total++;
});
console.error(`${work}: ${total}`);
