import { afterEach, beforeEach, expect, it } from "vitest";
import { withAdmin } from "../../../adapters/kafka/client/with-admin.ts";
import { KafkaResults } from "../../../adapters/kafka/kafka-results.ts";
import { resultTopics } from "../../../adapters/kafka/topic-names.ts";
import { uniqueName } from "../../contracts/opened.ts";
import { commitOf, sourceState, stationState, stationWindow, zonePart } from "../../contracts/result-rows.ts";
import { describeReal } from "../servers.ts";
import { readTopic } from "../topic-reader.ts";
import { connectionTo } from "./kafka-pipeline.ts";

describeReal("windows as a stream on Kafka", ["kafka"], ({ kafka }) => {
  let pipeline: string;
  let opened: KafkaResults[];

  beforeEach(() => {
    pipeline = uniqueName("results");
    opened = [];
  });

  afterEach(async () => {
    await Promise.all(opened.map((results) => results.close()));
    await withAdmin(connectionTo(kafka), "drop a test's topics", (admin) =>
      admin.deleteTopics({ topics: Object.values(resultTopics(pipeline)) }),
    );
  });

  async function open(): Promise<KafkaResults> {
    const results = await KafkaResults.open({
      connection: connectionTo(kafka),
      pipeline,
      topics: resultTopics(pipeline),
      partitions: 3,
      replication: 1,
      minInsyncReplicas: 1,
      retentionMs: -1,
      retryMs: 20_000,
    });
    opened.push(results);
    return results;
  }

  async function windows(): Promise<unknown[]> {
    const records = await readTopic(kafka, resultTopics(pipeline).stationWindows);
    return records.map((value) => JSON.parse(value));
  }

  it("gives a new owner the checkpoint and the states, whatever their size", async () => {
    const before = await open();
    const state = new Uint8Array(1_200_000).fill(7);
    const stations = [stationState("paris", "1"), stationState("paris", "2")];
    await before.commit(commitOf({ partition: 1, offset: 10n, state, stations, sources: [sourceState("paris")] }));
    await before.commit(commitOf({ partition: 2, offset: 20n, stations: [stationState("paris", "3")] }));

    const after = await open();
    const checkpoint = await after.checkpoint(1);

    expect(checkpoint).toMatchObject({ partition: 1, generation: 1, offset: 10n });
    expect(Buffer.compare(Buffer.from(checkpoint?.state ?? []), Buffer.from(state))).toBe(0);
    expect(await after.stations()).toEqual(stations);
    expect(await after.sources()).toEqual([sourceState("paris")]);
    expect(await after.checkpoint(0)).toBeNull();
  });

  it("goes on in a partition it has when the log has more", async () => {
    const results = await open();
    await results.commit(commitOf({ partition: 7, offset: 3n, windows: [stationWindow("paris", "1", 0)] }));

    expect(await results.checkpoint(7)).toMatchObject({ partition: 7, offset: 3n });
    expect(await results.checkpoint(1)).toBeNull();
  });

  it("refuses the commit of an owner that another one has overtaken, and keeps each window once", async () => {
    const [first, second] = [stationWindow("paris", "1", 0), stationWindow("paris", "1", 1, { bikesLast: null })];
    const zombie = await open();
    await zombie.commit(
      commitOf({ generation: 1, offset: 10n, windows: [first], zoneParts: [zonePart("paris", "4", 0, 0)] }),
    );
    const owner = await open();
    await owner.checkpoint(0);
    await owner.commit(commitOf({ generation: 2, offset: 20n, windows: [second] }));

    const refused = zombie.commit(commitOf({ generation: 1, offset: 20n, windows: [second] }));

    await expect(refused).rejects.toMatchObject({ code: "VELIB_CHECKPOINT_FENCED" });
    expect(await windows()).toEqual([first, second]);
  });

  it("refuses an older generation at once", async () => {
    const results = await open();
    await results.commit(commitOf({ generation: 5, offset: 10n }));

    const refused = results.commit(commitOf({ generation: 4, offset: 20n }));

    await expect(refused).rejects.toMatchObject({ code: "VELIB_CHECKPOINT_FENCED" });
  });
});
