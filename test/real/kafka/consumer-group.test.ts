import { expect, it } from "vitest";
import { withAdmin } from "../../../adapters/kafka/client/with-admin.ts";
import { groupName } from "../../../adapters/kafka/topic-names.ts";
import type { LogBatch, LogHandler } from "../../../core/ports/observation-log.ts";
import { LogReader, readToEnd } from "../../contracts/log-reader.ts";
import { change, minute, pollMarker, start } from "../../contracts/log-records.ts";
import { uniqueName } from "../../contracts/opened.ts";
import { describeReal } from "../servers.ts";
import { connectionTo, dropTopics, logOptions, openLog } from "./kafka-pipeline.ts";

const codes = Array.from({ length: 60 }, (_, i) => String(1001 + i));
const pollOf = (n: number) => {
  const at = start + n * minute;
  return { records: codes.map((code) => change("paris", code, at, { bikes: n })), marker: pollMarker("paris", at) };
};

/** Handlers that share checkpoints, as aggregators share a result store: what each revokes, the next one goes on from. */
class SharedCheckpoints {
  readonly offsets = new Map<number, bigint>();
  readonly generations = new Map<number, number>();
  /** Offsets handled, by partition, in order. */
  readonly handled = new Map<number, bigint[]>();

  member(): LogHandler & { partitions: Set<number> } {
    const next = new Map<number, bigint>();
    const partitions = new Set<number>();
    return {
      partitions,
      assigned: async (partition, generation) => {
        expect(generation).toBeGreaterThan(this.generations.get(partition) ?? 0);
        this.generations.set(partition, generation);
        partitions.add(partition);
        return this.offsets.get(partition) ?? null;
      },
      batch: async ({ partition, entries, nextOffset }: LogBatch) => {
        const handled = this.handled.get(partition) ?? [];
        handled.push(...entries.map(({ offset }) => offset));
        this.handled.set(partition, handled);
        next.set(partition, nextOffset);
      },
      revoked: async (partition) => {
        partitions.delete(partition);
        const offset = next.get(partition);
        if (offset !== undefined) this.offsets.set(partition, offset);
        next.delete(partition);
      },
    };
  }
}

describeReal("a consumer group on Kafka", ["kafka"], ({ kafka }) => {
  it("hands partitions over without losing or repeating a record when members come and go", async () => {
    const options = logOptions(kafka);
    const log = await openLog(options);
    const group = uniqueName("group");
    const shared = new SharedCheckpoints();
    const [first, second] = [shared.member(), shared.member()];
    const [stopFirst, stopSecond] = [new AbortController(), new AbortController()];
    const until = (condition: () => boolean) => expect.poll(condition, { timeout: 30_000, interval: 20 }).toBe(true);

    const one = log.consume(group, first, { signal: stopFirst.signal });
    await until(() => first.partitions.size === 3);
    await log.append(pollOf(0));
    const two = log.consume(group, second, { signal: stopSecond.signal });
    await until(() => first.partitions.size + second.partitions.size === 3 && second.partitions.size > 0);
    await log.append(pollOf(1));
    await until(() => [...shared.handled.values()].flat().length === 2 * (codes.length + 3));
    stopFirst.abort();
    await one;
    await until(() => second.partitions.size === 3);
    await log.append(pollOf(2));
    await until(() => [...shared.handled.values()].flat().length >= 3 * (codes.length + 3));
    stopSecond.abort();
    await two;

    for (const offsets of shared.handled.values()) {
      expect(offsets).toEqual([...new Set(offsets)].sort((a, b) => Number(a - b)));
    }
    expect([...shared.handled.values()].flat()).toHaveLength(3 * (codes.length + 3));
    await log.close();
    await dropTopics(kafka, options.pipeline);
  });

  it("gives greater generations after the group was deleted", async () => {
    const options = logOptions(kafka);
    const log = await openLog(options);
    const group = uniqueName("group");
    const reader = new LogReader();
    for (let n = 0; n < 3; n++) await readToEnd(log, reader, group);

    // A group's era is told in seconds.
    const second = Math.floor(Date.now() / 1000);
    await expect.poll(() => Math.floor(Date.now() / 1000), { timeout: 5_000 }).toBeGreaterThan(second);
    await withAdmin(connectionTo(kafka), "delete a group", (admin) =>
      admin.deleteGroups([groupName(options.pipeline, group)]),
    );
    await readToEnd(log, reader, group);

    for (const generations of reader.generations.values()) {
      expect(generations).toEqual([...generations].sort((a, b) => a - b));
      expect(new Set(generations).size).toBe(4);
    }
    await log.close();
    await dropTopics(kafka, options.pipeline);
  });

  it("refuses to go on from a checkpoint beyond the log's end", async () => {
    const options = logOptions(kafka);
    const log = await openLog(options);

    const reading = readToEnd(log, new LogReader(() => 1_000n));

    await expect(reading).rejects.toMatchObject({ code: "VELIB_KAFKA_LOG_TRUNCATED" });
    await log.close();
    await dropTopics(kafka, options.pipeline);
  });
});
