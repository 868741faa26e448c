import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { KeyedRecord, LogRecord } from "../../core/log/record.ts";
import type { ObservationLog } from "../../core/ports/observation-log.ts";
import { LogReader, readToEnd } from "./log-reader.ts";
import { absent, change, endMarker, keyframe, minute, pollMarker, start, station } from "./log-records.ts";
import type { Open, Opened } from "./opened.ts";
import { contractTimeoutMs, uniqueName } from "./opened.ts";

/** Enough of them to reach every one of a dozen partitions. */
const codes = Array.from({ length: 100 }, (_, i) => String(1001 + i));

/** What every observation log does, whatever its number of partitions. `tail` has a suite of its own. */
export function observationLogContract(name: string, open: Open<ObservationLog>): void {
  describe(`observation log contract: ${name}`, { timeout: contractTimeoutMs }, () => {
    let opened: Opened<ObservationLog>;
    let log: ObservationLog;
    let source: string;

    beforeEach(async () => {
      opened = await open(uniqueName("log"));
      log = opened.port;
      source = uniqueName("paris");
    }, contractTimeoutMs);

    afterEach(() => opened.close(), contractTimeoutMs);

    /** Appends polls a minute apart in which every station changed: its bikes are the poll's number. */
    async function appendPolls(first: number, count: number, of = source): Promise<void> {
      for (let n = first; n < first + count; n++) {
        const at = start + n * minute;
        await log.append({
          records: codes.map((code) => change(of, code, at, { bikes: n })),
          marker: pollMarker(of, at),
        });
      }
    }

    it("gives an empty log's reader its partitions and takes them back", async () => {
      const reader = await readToEnd(log);

      expect(reader.partitions.length).toBeGreaterThan(0);
      expect(reader.revokedPartitions.toSorted((a, b) => a - b)).toEqual(reader.partitions);
      expect(reader.allRecords()).toEqual([]);
    });

    it("gives records back as they were, each once", async () => {
      const records: KeyedRecord[] = [
        station(source, "é 東京/1:2", start, {
          name: null,
          lat: null,
          lon: null,
          capacity: null,
          commune: 'Évry, "Sud"',
        }),
        change(source, "é 東京/1:2", start, {
          mechanical: null,
          ebike: null,
          capacity: null,
          zone: null,
          reportedAt: null,
        }),
        keyframe(source, "1002", start, { bikes: 0, docks: 0, installed: false, renting: false, returning: true }),
        absent(source, "1003", start),
        absent(source, "1004", start, {
          zone: "Évry",
          last: { bikes: 1, mechanical: null, ebike: null, docks: 2, installed: true, renting: true, returning: true },
        }),
      ];
      const marker = pollMarker(source, start, { feedTime: null });

      await log.append({ records, marker });
      await log.append({ records: [], marker: endMarker(source, start + 10 * minute) });
      const read = (await readToEnd(log)).allRecords(source);

      expect(read.filter(isKeyed).toSorted(byStation)).toEqual(records.toSorted(byStation));
      expect(read.find((record) => record.kind === "poll")).toEqual(marker);
      expect(read.find((record) => record.kind === "end")).toEqual(endMarker(source, start + 10 * minute));
    });

    it("puts the marker of every poll once into every partition, after the poll's records", async () => {
      await appendPolls(0, 3);
      await log.append({ records: [], marker: endMarker(source, start + 12 * minute) });

      const reader = await readToEnd(log);

      for (const partition of reader.partitions) {
        const records = reader.records(partition, source);
        const markers = records.filter((record) => !isKeyed(record));
        expect(markers.map(({ kind, at }) => [kind, (at - start) / minute])).toEqual([
          ["poll", 0],
          ["poll", 1],
          ["poll", 2],
          ["end", 12],
        ]);
        const times = records.map((record) => record.at);
        expect(times, "a poll's records stand before its marker").toEqual(times.toSorted((a, b) => a - b));
      }
    });

    it("keeps a station's records in one partition and in order", async () => {
      const other = uniqueName("oslo");
      for (let n = 0; n < 5; n++) {
        await appendPolls(n, 1);
        await appendPolls(n, 1, other);
      }

      const reader = await readToEnd(log);

      for (const of of [source, other]) {
        for (const code of codes) {
          const homes = reader.partitions.filter((p) =>
            reader.records(p, of).some((r) => isKeyed(r) && r.station === code),
          );
          expect(homes, `partitions of ${code}`).toHaveLength(1);
          const bikes = reader
            .records(homes[0]!, of)
            .flatMap((record) => (record.kind === "change" && record.station === code ? [record.bikes] : []));
          expect(bikes).toEqual([0, 1, 2, 3, 4]);
        }
      }
    });

    it("shows a poll as a whole or not at all while polls are appended", async () => {
      const appending = appendPolls(0, 20);
      const reads: LogReader[] = [];
      for (let n = 0; n < 4; n++) reads.push(await readToEnd(log));
      await appending;
      const complete = await readToEnd(log);

      for (const reader of reads) {
        for (const partition of reader.partitions) {
          const seen = reader.records(partition, source);
          const lastMarker = seen.findLastIndex((record) => record.kind === "poll");
          expect(lastMarker, "nothing of a poll is seen without its marker").toBe(seen.length - 1);
          expect(seen).toEqual(complete.records(partition, source).slice(0, seen.length));
        }
      }
      expect(complete.allRecords(source).filter(isKeyed)).toHaveLength(20 * codes.length);
    });

    it("reads on from an offset, and from where a batch says that reading goes on", async () => {
      await appendPolls(0, 4);
      const whole = await readToEnd(log);
      const middle = new Map(
        whole.partitions.map((partition) => {
          const entries = whole.entries(partition);
          return [partition, Math.floor(entries.length / 2)];
        }),
      );
      const fromMiddle = new LogReader((p) => whole.entries(p)[middle.get(p)!]?.offset ?? null);
      const fromEnd = new LogReader(
        (p) => whole.batches.findLast((batch) => batch.partition === p)?.nextOffset ?? null,
      );

      await readToEnd(log, fromMiddle);
      await appendPolls(4, 1);
      await readToEnd(log, fromEnd);

      for (const partition of whole.partitions) {
        expect(fromMiddle.entries(partition)).toEqual(whole.entries(partition).slice(middle.get(partition)!));
        expect(fromEnd.records(partition).every((record) => record.at === start + 4 * minute)).toBe(true);
      }
      expect(fromEnd.allRecords(source).filter(isKeyed)).toHaveLength(codes.length);
    });

    it("numbers entries upwards and says where reading goes on and where the log ends", async () => {
      await appendPolls(0, 6);

      const reader = await readToEnd(log);

      for (const partition of reader.partitions) {
        let next: bigint | null = null;
        for (const batch of reader.batches.filter((b) => b.partition === partition)) {
          for (const { offset } of batch.entries) {
            expect(next === null || offset >= next, `offset ${offset} is not before ${next}`).toBe(true);
            next = offset + 1n;
          }
          expect(next === null || batch.nextOffset >= next).toBe(true);
          expect(batch.endOffset).toBeGreaterThanOrEqual(batch.nextOffset);
          next = batch.nextOffset;
        }
      }
    });

    it("ends at what was there at the start, even if each batch makes more", async () => {
      await appendPolls(0, 2);
      let made = 2;
      const reader = new LogReader();
      reader.afterBatch = () => appendPolls(made++, 1);

      await readToEnd(log, reader);

      for (const n of [0, 1]) {
        const seen = reader.allRecords(source).filter((record) => isKeyed(record) && record.at === start + n * minute);
        expect(seen).toHaveLength(codes.length);
      }
    });

    it("follows what is appended until it is told to stop", async () => {
      const stop = new AbortController();
      const reader = new LogReader();
      await appendPolls(0, 1);
      const changes = () => reader.allRecords(source).filter(isKeyed).length;

      const following = log.consume(uniqueName("group"), reader, { signal: stop.signal });
      await reader.until(() => changes() === codes.length);
      await appendPolls(1, 2);
      await reader.until(() => changes() === 3 * codes.length);
      stop.abort();
      await following;

      expect(changes()).toBe(3 * codes.length);
      expect(reader.revokedPartitions.toSorted((a, b) => a - b)).toEqual(reader.partitions);
    });

    it("stops while it waits for the first record, and when it was stopped before it began", async () => {
      const stop = new AbortController();
      const idle = new LogReader();
      const late = new LogReader();

      const following = log.consume(uniqueName("group"), idle, { signal: stop.signal });
      stop.abort();
      await following;
      await appendPolls(0, 1);
      await log.consume(uniqueName("group"), late, { signal: stop.signal });

      expect(idle.revokedPartitions.toSorted((a, b) => a - b)).toEqual(idle.partitions);
      expect(late.revokedPartitions.toSorted((a, b) => a - b)).toEqual(late.partitions);
      expect(late.batches).toEqual([]);
    });

    it("gives each assignment of a partition a greater generation, over reopening too", async () => {
      await appendPolls(0, 1);
      const reader = new LogReader();
      const group = uniqueName("group");

      await readToEnd(log, reader, group);
      await readToEnd(log, reader, group);
      log = await opened.reopen();
      await readToEnd(log, reader, group);

      for (const [partition, generations] of reader.generations) {
        expect(generations, `generations of partition ${partition}`).toHaveLength(3);
        expect(generations[1]).toBeGreaterThan(generations[0]!);
        expect(generations[2]).toBeGreaterThan(generations[1]!);
      }
    });

    it("lets groups read independently of each other", async () => {
      await appendPolls(0, 3);

      const [one, other] = await Promise.all([readToEnd(log), readToEnd(log)]);

      expect(one!.allRecords()).toEqual(other!.allRecords());
      expect(one!.allRecords(source).filter(isKeyed)).toHaveLength(3 * codes.length);
    });

    it("fails with the handler that fails, and reads again from where that one says", async () => {
      await appendPolls(0, 2);
      const group = uniqueName("group");
      const failing = new LogReader();
      failing.afterBatch = () => Promise.reject(new Error("the disk is gone"));

      await expect(readToEnd(log, failing, group)).rejects.toThrow("the disk is gone");
      const again = await readToEnd(log, new LogReader(), group);

      expect(again.allRecords(source).filter(isKeyed)).toHaveLength(2 * codes.length);
    });

    it("keeps everything over reopening, and goes on after it", async () => {
      await appendPolls(0, 2);
      const before = await readToEnd(log);

      log = await opened.reopen();
      await appendPolls(2, 1);
      const after = await readToEnd(log);

      for (const partition of before.partitions) {
        expect(after.entries(partition).slice(0, before.entries(partition).length)).toEqual(before.entries(partition));
      }
      expect(after.allRecords(source).filter(isKeyed)).toHaveLength(3 * codes.length);
    });
  });
}

function isKeyed(record: LogRecord): record is KeyedRecord {
  return record.kind !== "poll" && record.kind !== "end";
}

function byStation(a: KeyedRecord, b: KeyedRecord): number {
  const [first, second] = [`${a.station}/${a.kind}`, `${b.station}/${b.kind}`];
  return first < second ? -1 : Number(first > second);
}
