import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { LogRecord } from "../../core/log/record.ts";
import type { ObservationLog } from "../../core/ports/observation-log.ts";
import { absent, change, endMarker, keyframe, minute, pollMarker, start, station } from "./log-records.ts";
import type { Open, Opened } from "./opened.ts";
import { contractTimeoutMs, uniqueName } from "./opened.ts";

const codes = Array.from({ length: 100 }, (_, i) => String(1001 + i));

/** What every observation log tells a producer that goes on after a restart. */
export function logTailContract(name: string, open: Open<ObservationLog>): void {
  describe(`observation log contract, tail: ${name}`, { timeout: contractTimeoutMs }, () => {
    let opened: Opened<ObservationLog>;
    let log: ObservationLog;
    let source: string;
    let other: string;

    beforeEach(async () => {
      opened = await open(uniqueName("tail"));
      log = opened.port;
      source = uniqueName("paris");
      other = uniqueName("oslo");
    }, contractTimeoutMs);

    afterEach(() => opened.close(), contractTimeoutMs);

    it("is empty for a source that is new", async () => {
      await log.append({ records: [change(other, "1001", start)], marker: pollMarker(other, start) });

      expect(await log.tail(source, 10 * minute)).toEqual({ stations: [], records: [] });
    });

    it("is every record newer than the last poll − the asked time, poll by poll, each marker once", async () => {
      const polls: LogRecord[][] = [];
      for (let n = 0; n < 15; n++) {
        const at = start + n * minute;
        const records = codes.map((code, i) =>
          i % 3 === n % 3 ? change(source, code, at) : keyframe(source, code, at),
        );
        const gone = absent(source, "9999", at);
        await log.append({ records: [...records, gone], marker: pollMarker(source, at) });
        await log.append({ records: [change(other, "1001", at)], marker: pollMarker(other, at) });
        polls.push([...records, gone, pollMarker(source, at)]);
      }

      const { records } = await log.tail(source, 10 * minute);

      const times = records.map((record) => record.at);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      expect(records.length).toBe(10 * (codes.length + 2));
      for (const [n, poll] of polls.entries()) {
        const told = records.filter((record) => record.at === start + n * minute);
        if (n < 5) expect(told, `poll ${n}, ${14 - n} minutes before the last one`).toEqual([]);
        else expect(told.toSorted(byContent)).toEqual(poll.toSorted(byContent));
        expect(told.findIndex((record) => record.kind === "poll")).toBe(told.length - 1);
      }
    });

    it("keeps a station's records in order within a poll", async () => {
      const records = codes.flatMap((code) => [station(source, code, start), change(source, code, start)]);
      await log.append({ records, marker: pollMarker(source, start) });

      const tail = await log.tail(source, 10 * minute);

      for (const code of codes) {
        const kinds = tail.records
          .filter((record) => "station" in record && record.station === code)
          .map((r) => r.kind);
        expect(kinds).toEqual(["station", "change"]);
      }
    });

    it("is the newest station record of each station, however old", async () => {
      const day = 24 * 60 * minute;
      await log.append({
        records: [
          station(source, "1001", start, { name: "first name" }),
          station(source, "1002", start),
          station(source, "é 東京", start, {
            name: null,
            lat: null,
            lon: null,
            capacity: null,
            commune: null,
            zone: null,
          }),
          station(other, "1001", start, { name: "elsewhere" }),
        ],
        marker: pollMarker(source, start),
      });
      const renamed = station(source, "1001", start + minute, { name: "second name", listed: false });
      await log.append({ records: [renamed], marker: pollMarker(source, start + minute) });
      await log.append({ records: [], marker: pollMarker(source, start + day) });

      const { stations, records } = await log.tail(source, 10 * minute);

      expect(records).toEqual([pollMarker(source, start + day)]);
      expect(stations.toSorted(byContent)).toEqual(
        [
          renamed,
          station(source, "1002", start),
          station(source, "é 東京", start, {
            name: null,
            lat: null,
            lon: null,
            capacity: null,
            commune: null,
            zone: null,
          }),
        ].toSorted(byContent),
      );
    });

    it("reaches back from the last poll when the log ends with an end marker, and ends with that", async () => {
      const end = endMarker(source, start + 60 * minute);
      await log.append({ records: [change(source, "1001", start)], marker: pollMarker(source, start) });
      await log.append({ records: [], marker: end });

      const { records } = await log.tail(source, 10 * minute);

      expect(records).toEqual([change(source, "1001", start), pollMarker(source, start), end]);
    });

    it("is the same after reopening", async () => {
      const records = codes.flatMap((code) => [station(source, code, start), change(source, code, start)]);
      await log.append({ records, marker: pollMarker(source, start) });
      await log.append({
        records: [change(source, "1001", start + minute)],
        marker: pollMarker(source, start + minute),
      });
      const before = await log.tail(source, 10 * minute);

      log = await opened.reopen();
      const after = await log.tail(source, 10 * minute);

      expect(after.records.toSorted(byContent)).toEqual(before.records.toSorted(byContent));
      expect(after.stations.toSorted(byContent)).toEqual(before.stations.toSorted(byContent));
      expect(after.records.at(-1)).toEqual(pollMarker(source, start + minute));
    });
  });
}

/** Partitions may come in any order within a poll. */
function byContent(a: LogRecord, b: LogRecord): number {
  const [first, second] = [identity(a), identity(b)];
  return first < second ? -1 : Number(first > second);
}

function identity(record: LogRecord): string {
  return `${record.at}/${record.kind}/${"station" in record ? record.station : ""}`;
}
