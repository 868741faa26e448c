/**
 * How many windows a second MongoDB takes in, as the aggregator commits them:
 *   test/testbed/data-services/up.sh mongo
 *   node bench/mongodb/window-rate.ts [--windows 300000] [--stations 1500] [--commit 60000]
 * One JSON line a run: new windows, the same ones again (a recovery), and reading all of them in order.
 */
import { parseArgs } from "node:util";
import { MongoClient } from "mongodb";
import { MongodbResults } from "../../adapters/mongodb/mongodb-results.ts";
import { column, StationWindowBatch } from "../../core/windows/station-window.ts";

const { values } = parseArgs({
  options: {
    windows: { type: "string", default: "300000" },
    stations: { type: "string", default: "1500" },
    commit: { type: "string", default: "60000" },
  },
});
const uri = process.env.TEST_MONGODB_URI;
if (!uri) throw new Error('no MongoDB: eval "$(test/testbed/data-services/up.sh mongo)"');
const total = Number(values.windows);
const stations = Number(values.stations);
const perCommit = Number(values.commit);
const lengthMs = 180_000;
const database = `bench_${Date.now()}`;

/** The windows [from, to) of a run over all stations, window after window. */
function windows(from: number, to: number): StationWindowBatch {
  const batch = new StationWindowBatch(lengthMs, to - from);
  for (let n = from; n < to; n++) {
    const at = batch.add("paris", String(10_000 + (n % stations)));
    const v = batch.values;
    for (let i = 1; i < StationWindowBatch.width; i++) v[at + i] = (n % 97) / (i + 6);
    for (const whole of [column.bikesMin, column.bikesMax, column.docksMin, column.docksMax, column.changes]) {
      v[at + whole] = n % 40;
    }
    v[at + column.start] = Date.UTC(2024, 10, 8) + Math.floor(n / stations) * lengthMs;
  }
  return batch;
}

async function measure(what: string, count: number, work: () => Promise<void>): Promise<void> {
  const cpu = process.cpuUsage();
  const started = performance.now();
  await work();
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  console.log(
    JSON.stringify({
      what,
      windows: count,
      windowsPerSecond: Math.round(count / seconds),
      clientCpuSecondsPerMillion: Number(((user + system) / count).toFixed(1)),
      rssMiB: Math.round(process.memoryUsage.rss() / 2 ** 20),
    }),
  );
}

const results = await MongodbResults.open({ uri, database });

async function commit(from: number, to: number): Promise<void> {
  await results.commit({
    partition: 0,
    generation: 1,
    offset: BigInt(to),
    state: new Uint8Array(200_000),
    stationWindows: windows(from, to),
    zoneParts: [],
    stations: [],
    sources: [],
  });
}

await measure("new", total, async () => {
  for (let from = 0; from < total; from += perCommit) await commit(from, Math.min(from + perCommit, total));
});
await measure("again", Math.min(perCommit, total), () => commit(0, Math.min(perCommit, total)));
await measure("read", total, async () => {
  let read = 0;
  for await (const _ of results.stationWindows({})) read++;
  if (read !== total) throw new Error(`read ${read} of ${total} windows`);
});
await results.close();
const client = new MongoClient(uri);
await client.db(database).dropDatabase();
await client.close();
