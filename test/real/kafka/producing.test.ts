import { expect, it } from "vitest";
import { withAdmin } from "../../../adapters/kafka/client/with-admin.ts";
import { groupLag } from "../../../adapters/kafka/lag.ts";
import { topicNames } from "../../../adapters/kafka/topic-names.ts";
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

describeReal("producing into Kafka", ["kafka"], ({ kafka }) => {
  it("fences the producer of a source when another one resumes it", async () => {
    const options = logOptions(kafka);
    const zombie = await openLog(options);
    const heir = await openLog(options);
    await zombie.append(pollOf(0));

    const tail = await heir.tail("paris", minute);
    const late = zombie.append(pollOf(1));

    await expect(late).rejects.toMatchObject({ code: "VELIB_PRODUCER_FENCED", retryable: false });
    await heir.append(pollOf(1));
    expect(tail.records.at(-1)).toEqual(pollMarker("paris", start));
    expect((await readToEnd(heir)).allRecords().filter(({ kind }) => kind === "change")).toHaveLength(2 * codes.length);
    await Promise.all([zombie.close(), heir.close()]);
    await dropTopics(kafka, options.pipeline);
  });

  it("keeps a station in its partition when partitions are added, and still reads every record", async () => {
    const options = logOptions(kafka);
    const { observations, stations } = topicNames(options.pipeline);
    const before = await openLog(options);
    await before.append(pollOf(0));
    const topicPartitions = [observations, stations].map((topic) => ({ topic, count: 12 }));
    await withAdmin(connectionTo(kafka), "add partitions", (admin) => admin.createPartitions({ topicPartitions }));
    await before.append(pollOf(1));

    const after = await openLog(options);
    await after.tail("paris", minute);
    await after.append(pollOf(2));
    const reader = await readToEnd(after);

    expect(reader.partitions).toHaveLength(12);
    for (const partition of reader.partitions) {
      const bikes = Map.groupBy(
        reader.records(partition).filter((r) => r.kind === "change"),
        (r) => r.station,
      );
      for (const seen of bikes.values()) expect(seen.map((record) => record.bikes)).toEqual([0, 1, 2]);
    }
    expect(reader.allRecords().filter(({ kind }) => kind === "change")).toHaveLength(3 * codes.length);
    await Promise.all([before.close(), after.close()]);
    await dropTopics(kafka, options.pipeline);
  });

  it("says which record is too large before anything of its poll is sent", async () => {
    const options = logOptions(kafka);
    const log = await openLog(options);
    const large = change("paris", "1001", start, { zone: "x".repeat(1_000_000) });

    const appended = log.append({
      records: [large, change("paris", "1002", start)],
      marker: pollMarker("paris", start),
    });

    await expect(appended).rejects.toMatchObject({ code: "VELIB_KAFKA_RECORD_TOO_LARGE", records: [large] });
    expect((await readToEnd(log)).allRecords()).toEqual([]);
    await log.close();
    await dropTopics(kafka, options.pipeline);
  });

  it("refuses a topic that is not as the options ask", async () => {
    const options = logOptions(kafka);
    await (await openLog(options)).close();

    const opened = openLog({ ...options, partitions: 4, retentionMs: 3_600_000 });

    await expect(opened).rejects.toMatchObject({
      code: "VELIB_KAFKA_TOPIC",
      message: expect.stringContaining("expected 4 partitions, got 3, expected retention.ms=3600000, got -1"),
    });
    await dropTopics(kafka, options.pipeline);
  });

  it("tells the lag of a group by partition: all of the log before it read, none after", async () => {
    const options = logOptions(kafka);
    const log = await openLog(options);
    await log.append(pollOf(0));
    const group = uniqueName("group");

    const before = await groupLag(connectionTo(kafka), options.pipeline, group);
    await readToEnd(log, new LogReader(), group);
    const after = await groupLag(connectionTo(kafka), options.pipeline, group);

    // Records, 3 markers and 3 control records; more when a slow broker made the append begin anew.
    expect(before.reduce((sum, { lag }) => sum + lag, 0)).toBeGreaterThanOrEqual(codes.length + 6);
    expect(after).toEqual([0, 1, 2].map((partition) => ({ partition, lag: 0 })));
    await log.close();
    await dropTopics(kafka, options.pipeline);
  });
});
