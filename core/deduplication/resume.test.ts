import { describe, expect, it } from "vitest";
import type { LogRecord } from "../log/record.ts";
import type { Poll } from "../observation/reading.ts";
import { byArrondissement } from "../zones/zone-rule.ts";
import { Deduplicator } from "./deduplicator.ts";
import { produce, settings, tailOf } from "./testing/log.ts";
import { listing, minuteMs, noon, pollAt, row } from "./testing/readings.ts";

function resumed(log: readonly LogRecord[], own = settings): Deduplicator {
  const deduplicator = new Deduplicator(own);
  deduplicator.resume(tailOf(log, own.keyframeMs));
  return deduplicator;
}

/** Every kind of record, with a keyframe, an absence, a return, a null column and a clock that goes back. */
const eventful: Poll[] = [
  pollAt(0, [row("1001"), row("2002", { installed: false })], { feedTime: noon }),
  pollAt(1, [row("1001")], {
    feedTime: noon - 5000,
    information: listing({ "1001": {}, "3003": { commune: "South" } }),
  }),
  pollAt(5, [row("1001", { metadata: { capacity: 12 } })]),
  pollAt(9, [row("1001", { bikes: null }), row("2002", { installed: null, bikes: 11 })], { feedTime: noon - 9000 }),
  pollAt(12, [row("1001", { bikes: 3, mechanical: null, ebike: null }), row("2002")], { feedTime: noon - 9000 }),
  pollAt(20, [row("1001", { bikes: 3 }), row("2002", { metadata: { commune: null, capacity: null } })]),
  pollAt(400, [row("1001", { bikes: 3 })], { feedTime: noon }),
  pollAt(401, [row("2002", { renting: null }), row("3003")], { feedTime: noon - 1000 }),
];

describe("a producer that restarts", () => {
  it.each(eventful.map((_, poll) => poll))("before poll %d makes the same records and feed health", (poll) => {
    const undisturbed = produce(eventful, settings);

    const restarted = produce(eventful, settings, (i) => i === poll);

    expect(restarted.log).toHaveLength(undisturbed.log.length);
    expect(restarted.log).toEqual(expect.arrayContaining(undisturbed.log));
  });

  it("before each poll makes the same records and feed health", () => {
    const undisturbed = produce(eventful, settings);

    const restarted = produce(eventful, settings, () => true);

    expect(restarted.log).toHaveLength(undisturbed.log.length);
    expect(restarted.log).toEqual(expect.arrayContaining(undisturbed.log));
  });

  it("starts anew with an empty log", () => {
    const deduplicator = resumed([]);

    expect([deduplicator.lastPollAt, deduplicator.ended]).toEqual([null, false]);
    expect(deduplicator.accept(pollAt(0, [row("1001")])).changes).toBe(1);
  });

  it("knows the last poll and refuses one that is not newer", () => {
    const deduplicator = resumed(produce(eventful.slice(0, 3), settings).log);

    expect(deduplicator.lastPollAt).toBe(noon + 5 * minuteMs);
    expect(deduplicator.accept(pollAt(5, [row("1001")])).deadLetters).toMatchObject([{ reason: "out-of-order-poll" }]);
  });

  it("does not hold a difference between feed clocks against the feed when one of the polls had none", () => {
    const polls = [
      pollAt(0, [row("1001")], { feedTime: noon }),
      pollAt(1, [row("1001")]),
      pollAt(2, [row("1001")], { feedTime: noon - 5000 }),
    ];

    for (const restartsBefore of [2, null]) {
      const { outcomes } = produce(polls, settings, (i) => i === restartsBefore);
      expect(outcomes[2]?.marker?.health.clockBackwards, `restart before poll ${restartsBefore}`).toBe(0);
    }
  });
});

describe("a producer that restarts with another zone rule", () => {
  const other = { ...settings, zoneOf: byArrondissement };
  const polls = [pollAt(0, [row("1001"), row("2002"), row("x9")]), pollAt(1, [row("1001"), row("x9")])];

  it.each([
    ["within the keyframe interval of the stations' records", 2],
    ["long after them", 600],
  ])("%s sends every station whose zone moved", (_when, minutes) => {
    const steady = Array.from({ length: minutes / 2 - 1 }, (_, i) => pollAt(2 + 2 * i, [row("1001"), row("x9")]));
    const { log } = produce([...polls, ...steady], settings);

    const { records } = resumed(log, other).accept(pollAt(minutes + 0.5, [row("1001"), row("x9")]));

    const moved = records.map((record) => [record.kind, record.station, "zone" in record ? record.zone : ""]);
    expect(moved).toEqual(
      expect.arrayContaining([
        ["station", "1001", "1"],
        ["keyframe", "1001", "1"],
        ["station", "2002", "2"],
        ["absent", "2002", "2"],
      ]),
    );
    expect(
      moved.filter(([kind, station]) => kind === "station" && station === "x9"),
      "its zone is the same",
    ).toEqual([]);
  });

  it("sends it once", () => {
    const { log } = produce(polls, settings);
    const deduplicator = resumed(log, other);

    deduplicator.accept(pollAt(2, [row("1001"), row("x9")]));

    expect(deduplicator.accept(pollAt(3, [row("1001"), row("x9")])).records).toEqual([]);
  });
});

describe("a log that ends with an end marker", () => {
  const polls = [pollAt(0, [row("1001")]), pollAt(1, [row("1001")])];
  const endAt = noon + 11 * minuteMs;
  const ended: LogRecord[] = [...produce(polls, settings).log, { kind: "end", source: "paris", at: endAt }];

  it("is ended, up to that marker's time", () => {
    const deduplicator = resumed(ended);

    expect([deduplicator.ended, deduplicator.lastPollAt]).toEqual([true, endAt]);
    expect(deduplicator.accept(pollAt(11, [row("1001")])).deadLetters).toMatchObject([{ reason: "out-of-order-poll" }]);
    expect(deduplicator.ended, "a refused poll changes nothing").toBe(true);
  });

  it("goes on with a newer poll as if it had not ended", () => {
    const deduplicator = resumed(ended);

    const { records, marker } = deduplicator.accept(pollAt(11.5, [row("1001")]));

    expect(records).toMatchObject([{ kind: "keyframe" }]);
    expect(marker).toMatchObject({ changes: 0, movedAt: noon, health: { polls: 3 } });
    expect(deduplicator.ended).toBe(false);
  });

  it("is no longer ended when polls follow the marker", () => {
    const { records, marker } = resumed(ended).accept(pollAt(12, [row("1001")]));
    if (marker === null) throw new Error("the poll counts");

    expect(resumed([...ended, ...records, marker]).ended).toBe(false);
  });
});
