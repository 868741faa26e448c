import { describe, expect, it } from "vitest";
import type { LogRecord } from "../log/record.ts";
import type { Poll, UnreadablePoll } from "../observation/reading.ts";
import { noMetadata } from "../observation/reading.ts";
import type { PollOutcome } from "./deduplicator.ts";
import { Deduplicator } from "./deduplicator.ts";
import { produce, settings } from "./testing/log.ts";
import type { Said } from "./testing/readings.ts";
import { listing, minuteMs, noon, pollAt, row } from "./testing/readings.ts";

/** Minute and kind of a station's records, metadata apart. */
function sent(log: readonly LogRecord[], station = "A"): string[] {
  return log.flatMap((record) => {
    if (!("station" in record) || record.station !== station || record.kind === "station") return [];
    return [`${(record.at - noon) / minuteMs} ${record.kind}`];
  });
}

function log(polls: (Poll | UnreadablePoll)[]): LogRecord[] {
  return produce(polls, settings).log;
}

/** The outcome of the last of the polls. */
function lastOutcome(polls: (Poll | UnreadablePoll)[]): PollOutcome {
  const outcome = produce(polls, settings).outcomes.at(-1);
  if (outcome === undefined) throw new Error("no poll given");
  return outcome;
}

const unlisted: Said = { metadata: noMetadata };

describe("a station's records", () => {
  it("are a change at first, then one at each difference of content", () => {
    const polls = [
      pollAt(0, [row("A")]),
      pollAt(1, [row("A")]),
      pollAt(2, [row("A", { bikes: 5 })]),
      pollAt(3, [row("A", { bikes: 5 })]),
      pollAt(4, [row("A", { bikes: 5, renting: false })]),
      pollAt(5, [row("A", { bikes: 5, renting: false, mechanical: 4, ebike: 1 })]),
    ];

    expect(sent(log(polls))).toEqual(["0 change", "2 change", "4 change", "5 change"]);
  });

  it("carry the observation as it is", () => {
    const [, record] = log([pollAt(0, [row("A", { bikes: 4, mechanical: 1, ebike: 3, returning: false })])]);

    expect(record).toEqual({
      kind: "change",
      source: "paris",
      station: "A",
      at: noon,
      bikes: 4,
      mechanical: 1,
      ebike: 3,
      docks: 6,
      installed: true,
      renting: true,
      returning: false,
      capacity: 10,
      zone: "North",
      reportedAt: noon - minuteMs,
    });
  });

  it("do not depend on the station's own timestamp", () => {
    const polls = [0, 1, 2].map((minute) => pollAt(minute, [row("A", { reportedAt: noon - minute })]));

    expect(sent(log(polls))).toEqual(["0 change"]);
  });

  it.each([
    ["missing", null],
    ["not a time", Number.NaN],
  ])("have no own timestamp when it is %s", (_what, reportedAt) => {
    expect(lastOutcome([pollAt(0, [row("A", { reportedAt })])]).records.at(-1)).toMatchObject({ reportedAt: null });
  });

  it("are a keyframe at the first poll at which nothing was sent for the keyframe interval", () => {
    const polls = [0, 4, 9.9, 10, 15, 20.5, 30].map((minute) => pollAt(minute, [row("A")]));

    expect(sent(log(polls))).toEqual(["0 change", "10 keyframe", "20.5 keyframe"]);
  });

  it("count the keyframe interval from the last record of any kind", () => {
    const polls = [0, 5, 10, 15].map((minute) => pollAt(minute, [row("A", { bikes: minute < 5 ? 4 : 5 })]));

    expect(sent(log(polls))).toEqual(["0 change", "5 change", "15 keyframe"]);
  });

  it.each<[string, Said]>([
    ["capacity", { metadata: { capacity: 12 } }],
    ["zone", { metadata: { commune: "South" } }],
  ])("are a keyframe when its %s moves while the content stays", (_what, moved) => {
    const outcomes = produce(
      [pollAt(0, [row("A")]), pollAt(1, [row("A", moved)]), pollAt(2, [row("A", moved)])],
      settings,
    );

    expect(sent(outcomes.log)).toEqual(["0 change", "1 keyframe"]);
    expect(outcomes.outcomes.map(({ keyframes }) => keyframes)).toEqual([0, 1, 0]);
  });
});

describe("a station that is not in a poll", () => {
  const other = row("B");

  it("is absent at the first such poll, and again each keyframe interval", () => {
    const polls = [pollAt(0, [row("A"), other]), ...[1, 5, 10, 11, 21].map((minute) => pollAt(minute, [other]))];

    expect(sent(log(polls))).toEqual(["0 change", "1 absent", "11 absent", "21 absent"]);
  });

  it("says in its absence what was last observed", () => {
    const { records } = lastOutcome([pollAt(0, [row("A"), other]), pollAt(1, [other])]);

    expect(records).toEqual([
      {
        kind: "absent",
        source: "paris",
        station: "A",
        at: noon + minuteMs,
        zone: "North",
        last: { bikes: 4, mechanical: 4, ebike: 0, docks: 6, installed: true, renting: true, returning: true },
      },
    ]);
  });

  it.each([
    ["a keyframe with the same content", 4, "keyframe"],
    ["a change with another content", 5, "change"],
  ])("comes back by %s", (_how, bikes, kind) => {
    const polls = [pollAt(0, [row("A"), other]), pollAt(1, [other]), pollAt(2, [row("A", { bikes }), other])];

    expect(sent(log(polls))).toEqual(["0 change", "1 absent", `2 ${kind}`]);
  });

  it("is absent too when its row is not valid", () => {
    const outcome = lastOutcome([pollAt(0, [row("A"), other]), pollAt(1, [row("A", { bikes: null }), other])]);

    expect(outcome).toMatchObject({ absences: 1, records: [{ kind: "absent", station: "A" }] });
    expect(outcome.deadLetters).toMatchObject([{ reason: "invalid-count" }]);
  });

  it("is absent from the start when the network lists it but never says its state", () => {
    const information = listing({ A: { commune: "North" }, B: {} });
    const { log: records } = produce([pollAt(0, [other], { information })], settings);

    expect(sent(records)).toEqual(["0 absent"]);
    expect(records).toContainEqual({
      kind: "absent",
      source: "paris",
      station: "A",
      at: noon,
      zone: "North",
      last: null,
    });
  });

  it("sends its absence anew when its zone moves", () => {
    const list = (commune: string) => ({ information: listing({ A: { commune }, B: {} }) });
    const polls = [
      pollAt(0, [other], list("North")),
      pollAt(1, [other], list("North")),
      pollAt(2, [other], list("South")),
    ];

    expect(sent(log(polls))).toEqual(["0 absent", "2 absent"]);
    expect(lastOutcome(polls).records).toContainEqual(expect.objectContaining({ kind: "absent", zone: "South" }));
  });
});

describe("another zone rule", () => {
  const both = pollAt(0, [row("A"), row("B")]);

  it("is told with the next poll: of who is observed, of who is absent, and of nobody else", () => {
    const deduplicator = new Deduplicator(settings);
    deduplicator.accept(both);
    deduplicator.accept(pollAt(1, [row("A")]));

    deduplicator.useZones((station) => (station === "C" ? "North" : "Moved"));
    const { records, changes } = deduplicator.accept(pollAt(2, [row("A")]));

    expect(records.map(({ kind, station }) => `${kind} ${station}`)).toEqual([
      "station A",
      "keyframe A",
      "station B",
      "absent B",
    ]);
    expect(records.map((record) => "zone" in record && record.zone)).toEqual(Array(4).fill("Moved"));
    expect(changes).toBe(0);
    expect(deduplicator.accept(pollAt(3, [row("A")])).records).toEqual([]);
  });

  it("changes nothing where it gives the same zones", () => {
    const deduplicator = new Deduplicator(settings);
    deduplicator.accept(both);

    deduplicator.useZones(settings.zoneOf);

    expect(deduplicator.accept(pollAt(1, [row("A"), row("B")])).records).toEqual([]);
  });
});

describe("what a row leaves out", () => {
  it.each<[string, Said, Record<string, unknown>]>([
    ["capacity", { metadata: { capacity: null } }, { capacity: 10 }],
    ["zone", { metadata: { commune: null } }, { zone: "North" }],
    ["installed", { installed: null }, { installed: false }],
    ["renting", { renting: null }, { renting: false }],
    ["returning", { returning: null }, { returning: false }],
  ])("(%s) stays as it was last said", (_what, missing, expected) => {
    const closed = { installed: false, renting: false, returning: false };
    const polls = [pollAt(0, [row("A", closed)]), pollAt(1, [row("A", { ...closed, bikes: 5, ...missing })])];

    expect(lastOutcome(polls).records).toEqual([expect.objectContaining({ kind: "change", ...expected })]);
  });

  it.each<[string, Said, Record<string, unknown>]>([
    [
      "flags as yes",
      { installed: null, renting: null, returning: null },
      { installed: true, renting: true, returning: true },
    ],
    ["a capacity as unknown", { metadata: { capacity: null } }, { capacity: null }],
    ["a zone as none", { metadata: { commune: null } }, { zone: null }],
  ])("and was never said counts %s", (_what, missing, expected) => {
    expect(lastOutcome([pollAt(0, [row("A", missing)])]).records.at(-1)).toMatchObject(expected);
  });

  it.each<[string, Said]>([
    ["mechanical bikes", { mechanical: null }],
    ["e-bikes", { ebike: null }],
    ["both", { mechanical: null, ebike: null }],
    ["an unusable number", { ebike: Number.NaN }],
  ])("of the split (%s) makes it unknown while the total counts", (_what, missing) => {
    expect(lastOutcome([pollAt(0, [row("A", missing)])]).records.at(-1)).toMatchObject({
      bikes: 4,
      mechanical: null,
      ebike: null,
    });
  });
});

describe("station records", () => {
  it("are sent when the station is new or what is known of it differs", () => {
    const named = (name: string) => row("A", { metadata: { name, lat: 48.85, lon: 2.35 } });
    const polls = [pollAt(0, [named("Quay")]), pollAt(1, [named("Quay")]), pollAt(2, [named("Bridge")])];

    const records = log(polls).filter(({ kind }) => kind === "station");

    const first = { kind: "station", source: "paris", station: "A", at: noon, name: "Quay", lat: 48.85, lon: 2.35 };
    expect(records).toEqual([
      { ...first, capacity: 10, commune: "North", zone: "North", listed: false },
      {
        ...first,
        at: noon + 2 * minuteMs,
        name: "Bridge",
        capacity: 10,
        commune: "North",
        zone: "North",
        listed: false,
      },
    ]);
  });

  it("say of each station whether the network's list names it, also when that moves", () => {
    const bare = [row("A", unlisted), row("B", unlisted)];
    const polls = [
      pollAt(0, bare, { information: listing({ A: {} }) }),
      pollAt(1, bare, { information: listing({ A: {} }) }),
      pollAt(2, bare, { information: listing({ B: {} }) }),
    ];

    const listed = log(polls).flatMap((record) =>
      record.kind === "station" ? [[(record.at - noon) / minuteMs, record.station, record.listed]] : [],
    );

    expect(listed).toEqual([
      [0, "A", true],
      [0, "B", false],
      [2, "A", false],
      [2, "B", true],
    ]);
  });

  it("take from the network's list what no row says", () => {
    const information = listing({ A: { capacity: 33, name: "Quay", commune: "East" } });

    const { records } = lastOutcome([pollAt(0, [row("A", unlisted)], { information })]);

    expect(records).toMatchObject([
      { kind: "station", capacity: 33, name: "Quay", zone: "East", listed: true },
      { kind: "change", capacity: 33, zone: "East" },
    ]);
  });

  it("let a row outrank the network's list, and the list fill what the row leaves out", () => {
    const information = listing({ A: { capacity: 33, name: "Quay", commune: "East" } });

    const { records } = lastOutcome([pollAt(0, [row("A", { metadata: { commune: null } })], { information })]);

    expect(records).toMatchObject([
      { kind: "station", capacity: 10, name: "Quay", zone: "East" },
      { kind: "change", capacity: 10, zone: "East" },
    ]);
  });

  it("keep what rows said when the list is read again", () => {
    const list = () => ({ information: listing({ A: { capacity: 33, name: "Quay" } }) });
    const polls = [pollAt(0, [row("A")], list()), pollAt(1, [row("A", unlisted)], list())];

    expect(lastOutcome(polls).records).toEqual([]);
  });

  it("follow a list that moves where rows say nothing", () => {
    const list = (capacity: number) => ({ information: listing({ A: { capacity } }) });
    const polls = [pollAt(0, [row("A", unlisted)], list(33)), pollAt(1, [row("A", unlisted)], list(40))];

    expect(lastOutcome(polls).records).toMatchObject([
      { kind: "station", capacity: 40 },
      { kind: "keyframe", capacity: 40 },
    ]);
  });
});

describe("a poll that counts", () => {
  it("ends with a marker that says what it showed", () => {
    const polls = [
      pollAt(0, [row("A"), row("B")], { feedTime: noon - 5000 }),
      pollAt(1, [row("A"), row("B", { bikes: 11 })], { feedTime: noon - 9000 }),
      pollAt(2, [row("A"), row("B", { bikes: 11 })]),
    ];

    const { outcomes } = produce(polls, settings);

    const marker = { kind: "poll", source: "paris", holdMs: 600_000, observed: 2 };
    expect(outcomes.map((outcome) => outcome.marker)).toMatchObject([
      { ...marker, at: noon, changes: 2, movedAt: noon, feedTime: noon - 5000 },
      { ...marker, at: noon + 60_000, changes: 1, movedAt: noon + 60_000, feedTime: noon - 9000 },
      { ...marker, at: noon + 120_000, changes: 0, movedAt: noon + 60_000, feedTime: null },
    ]);
    expect(outcomes[1]?.marker?.health).toMatchObject({ polls: 2, frozenPolls: 0, clockBackwards: 1, overCapacity: 1 });
    expect(outcomes[2]?.marker?.health).toMatchObject({ polls: 3, frozenPolls: 1, clockBackwards: 1, overCapacity: 1 });
  });

  it("tells which stations only its list or only its status has", () => {
    const information = listing({ A: {}, C: {}, D: {} });

    const { marker } = lastOutcome([pollAt(0, [row("A"), row("B")], { information })]);

    expect(marker?.health).toMatchObject({ notInInformation: 1, notInStatus: 2 });
  });

  it("knows no such difference in a feed without a list", () => {
    const { marker } = lastOutcome([pollAt(0, [row("A"), row("B")]), pollAt(1, [row("A")])]);

    expect(marker?.health).toMatchObject({ notInInformation: 0, notInStatus: 0 });
  });
});

describe("a poll that does not count", () => {
  const nothing = { records: [], marker: null, changes: 0, keyframes: 0, absences: 0 };
  const unreadable: UnreadablePoll = {
    at: noon + minuteMs,
    reason: "truncated-body",
    detail: "breaks off",
    excerpt: "[{",
  };

  it.each([
    ["unreadable", unreadable, { reason: "truncated-body", detail: "breaks off", excerpt: "[{" }],
    ["without a valid row", pollAt(1, [row("A", { bikes: null })]), { reason: "no-valid-row" }],
    ["without rows", pollAt(1, []), { reason: "no-valid-row" }],
    [
      "that is not newer than the last",
      pollAt(0, [row("A", { bikes: 9 })]),
      {
        reason: "out-of-order-poll",
        detail: "expected a poll after 2024-11-08T12:00:00.000Z, got 2024-11-08T12:00:00.000Z",
        excerpt: '{"stationcode":"A","bikes":9}',
      },
    ],
  ])("(%s) is one dead letter and did not happen", (_what, poll, letter) => {
    const before = pollAt(0, [row("A"), row("B")]);
    const after = pollAt(2, [row("A"), row("B")]);

    const { outcomes } = produce([before, poll, after], settings);

    expect(outcomes[1]).toMatchObject({ ...nothing, deadLetters: [{ source: "paris", at: poll.at, ...letter }] });
    expect(outcomes[1]?.deadLetters).toHaveLength(1);
    expect({ ...outcomes[2], deadLetters: [] }).toEqual(produce([before, after], settings).outcomes[1]);
  });

  it("leaves no last poll when it is the only one", () => {
    const deduplicator = new Deduplicator(settings);

    deduplicator.accept(unreadable);

    expect([deduplicator.lastPollAt, deduplicator.ended]).toEqual([null, false]);
  });
});
