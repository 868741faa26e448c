import { afterEach, beforeEach, expect, it } from "vitest";
import { RecordTooLargeError } from "../../adapters/kafka/poll-messages.ts";
import { Deduplicator } from "../../core/deduplication/deduplicator.ts";
import type { KeyedRecord } from "../../core/log/record.ts";
import type { PollRecords } from "../../core/ports/observation-log.ts";
import { byArrondissement } from "../../core/zones/zone-rule.ts";
import { absent, change, keyframe, pollMarker, start, station } from "../../test/contracts/log-records.ts";
import { createMetrics } from "../metrics/metrics.ts";
import { withoutOversize } from "./oversize-records.ts";
import { Producer } from "./producer.ts";
import { counted, keyframeMs, openStore, recordsOf } from "./testing/embedded-store.ts";
import { minute, noon, pollOf, reading } from "./testing/polls.ts";

const limit = "at most 9 bytes";

it("says of a station whose observation the log does not take that it was not observed", () => {
  const records: KeyedRecord[] = [
    station("paris", "1", start),
    change("paris", "1", start),
    keyframe("paris", "2", start),
    change("paris", "3", start),
  ];
  const marker = pollMarker("paris", start, { observed: 3, changes: 2 });

  const reduced = withoutOversize({ records, marker }, [records[0]!, records[1]!, records[2]!], limit);

  expect(reduced.poll).toEqual({
    records: [absent("paris", "1", start), absent("paris", "2", start), records[3]],
    marker: { ...marker, observed: 1, changes: 1 },
  });
  expect(reduced.letters.map(({ reason, detail }) => [reason, detail])).toEqual([
    ["oversize-record", "station record: expected at most 9 bytes, got a larger one"],
    ["oversize-record", "change record: expected at most 9 bytes, got a larger one"],
    ["oversize-record", "keyframe record: expected at most 9 bytes, got a larger one"],
  ]);
});

let store: ReturnType<typeof openStore>;

beforeEach(() => {
  store = openStore();
});

afterEach(() => store.close());

/** A producer over a log that takes records of up to 900 characters, as Kafka's takes some of up to 900,000 bytes. */
function startProducer(now = noon + 30 * minute) {
  const metrics = createMetrics({ version: "1.2.3" });
  const log = {
    append(poll: PollRecords) {
      const large = poll.records.filter((record) => JSON.stringify(record).length > 900);
      if (large.length > 0) throw new RecordTooLargeError(large, 900);
      return store.log.append(poll);
    },
    tail: (source: string, sinceMs: number) => store.log.tail(source, sinceMs),
    consume: () => Promise.reject(new Error("not read here")),
    close: async () => {},
  };
  const settings = { source: "paris", holdMs: minute, keyframeMs, zoneOf: byArrondissement };
  const producer = new Producer("paris", new Deduplicator(settings), log, store.deadLetters, metrics, () => now);
  return { producer, metrics };
}

it("dead-letters what is too large for the log and sends the rest of the poll", async () => {
  const { producer, metrics } = startProducer();
  const long = "9".repeat(2_000);

  const outcome = await producer.take(pollOf(noon, [reading("1001", 3, 4), reading(long, 1, 1)]));

  const records = await recordsOf(store.log);
  expect(records.map(({ kind }) => kind)).toEqual(["station", "change", "poll"]);
  expect(records.at(-1)).toMatchObject({ observed: 1, changes: 1 });
  // The station record, the change, and the absence in the change's place.
  expect(outcome.deadLetters.map(({ reason }) => reason)).toEqual(Array(3).fill("oversize-record"));
  expect(await store.deadLetters.list({ reason: "oversize-record" })).toHaveLength(3);
  expect(await counted(metrics, "velib_dead_letters_total", { reason: "oversize-record" })).toBe(3);
});

it("refuses a poll from the future, and takes one that is ahead by what clocks differ", async () => {
  const { producer, metrics } = startProducer(noon);

  const ahead = await producer.take(pollOf(noon + 5 * minute, [reading("1001", 3, 4)]));
  const future = await producer.take(pollOf(noon + 6 * minute, [reading("1001", 2, 5)]));

  expect(ahead.marker?.at).toBe(noon + 5 * minute);
  expect(future.marker).toBeNull();
  expect(await store.deadLetters.list({})).toMatchObject([
    {
      reason: "future-timestamp",
      at: noon + 6 * minute,
      detail: "expected a poll up to 2024-11-08T12:00:00.000Z, got 2024-11-08T12:06:00.000Z",
    },
  ]);
  expect(await counted(metrics, "velib_polls_total", { outcome: "rejected" })).toBe(1);
});
