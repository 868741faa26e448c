import { afterAll, beforeAll, expect, it } from "vitest";
import { CassandraHistory } from "../../../adapters/cassandra/cassandra-history.ts";
import { change, pollMarker } from "../../contracts/log-records.ts";
import { uniqueName } from "../../contracts/opened.ts";
import { describeReal } from "../servers.ts";
import { dropKeyspace, optionsOf, plainClient } from "./fixtures.ts";

const minute = 60_000;
const newYear = Date.UTC(2025, 0, 1);

describeReal("Cassandra history", ["cassandra"], ({ cassandra: address }) => {
  const keyspace = uniqueName("velib");
  let history: CassandraHistory;

  beforeAll(async () => {
    history = await CassandraHistory.open(optionsOf(address, keyspace));
  });
  afterAll(async () => {
    await history.close();
    await dropKeyspace(address, keyspace);
  });

  it("reads over the turn of month and year, with bounds and without", async () => {
    const source = uniqueName("paris");
    const times = [newYear - 40 * 24 * 60 * minute, newYear - 1, newYear, newYear + 1];
    const observations = times.map((at) => change(source, "1", at));
    await history.append({ observations, polls: times.map((at) => pollMarker(source, at)), partition: 0, offset: 1n });

    const at = async (from: number, to: number) =>
      (await Array.fromAsync(history.station(source, "1", from, to))).map((o) => o.at);

    expect(await at(0, Number.MAX_SAFE_INTEGER)).toEqual(times);
    expect(await at(-Infinity, Infinity)).toEqual(times);
    expect(await at(newYear - 1, newYear + 1)).toEqual([newYear - 1, newYear]);
    expect(await at(newYear, newYear)).toEqual([]);
    expect(await Array.fromAsync(history.polls(source, 0, Number.MAX_SAFE_INTEGER))).toHaveLength(4);
  });

  it("holds a back-fill of many stations and polls once, however it is cut up and repeated", async () => {
    const source = uniqueName("paris");
    const polls = Array.from({ length: 45 }, (_, n) => newYear + n * minute);
    const stations = Array.from({ length: 300 }, (_, n) => String(1000 + n));
    const all = polls.flatMap((at, n) => stations.map((station) => change(source, station, at, { bikes: n })));

    await history.append({ observations: all.slice(0, 9000), polls: [], partition: 0, offset: 1n });
    await history.append({ observations: all.slice(6000), polls: [], partition: 0, offset: 2n });

    const day = await Array.fromAsync(history.day(source, "2025-01-01"));
    expect(day.map(({ kind: _, ...o }: { kind?: string } & (typeof day)[number]) => o)).toEqual(
      all.map(({ kind: _, ...o }) => o),
    );
    expect((await Array.fromAsync(history.station(source, "1299", 0, Infinity))).map((o) => o.bikes)).toEqual(
      polls.map((_, n) => n),
    );
  });

  it("keeps counts beyond 32 bits exactly", async () => {
    const source = uniqueName("paris");
    const counts = {
      bikes: Number.MAX_SAFE_INTEGER,
      docks: 2 ** 32 + 1,
      capacity: 2 ** 31,
      mechanical: 1023,
      ebike: 1024,
    };
    const observation = change(source, "1", newYear, counts);
    await history.append({ observations: [observation], polls: [], partition: 0, offset: 1n });

    expect(await Array.fromAsync(history.station(source, "1", 0, Infinity))).toEqual([expect.objectContaining(counts)]);
  });

  it("puts no tombstone and reads in CQL by named fields", async () => {
    const source = uniqueName("paris");
    const observation = change(source, "1", newYear, { bikes: 7, zone: null });
    await history.append({ observations: [observation], polls: [], partition: 0, offset: 1n });
    const client = plainClient(address);

    const answer = await client.execute(
      `SELECT at, reading.bikes AS bikes, reading.zone AS zone FROM ${keyspace}.observations_by_day
       WHERE source = ? AND day = '2025-01-01' AND hour = 0`,
      [source],
      { prepare: true },
    );
    await client.shutdown();

    expect(Number(answer.first()?.get("bikes"))).toBe(7);
    expect(answer.first()?.get("zone")).toBeNull();
  });

  it("saves no position when a row could not be written", async () => {
    const source = uniqueName("paris");
    await history.append({ observations: [], polls: [], partition: 9, offset: 1n });
    // A key of more than 64 KiB is more than Cassandra takes.
    const impossible = change(source, "x".repeat(70_000), newYear);

    const appended = history.append({ observations: [impossible], polls: [], partition: 9, offset: 2n });

    await expect(appended).rejects.toThrow();
    expect(await history.position(9)).toBe(1n);
  });
});
