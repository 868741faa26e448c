import { describe, expect, it } from "vitest";
import type { AbsentRecord, ChangeRecord, KeyedRecord, StationRecord } from "../log/record.ts";
import type { Content } from "../observation/observation.ts";
import type { StationState } from "./station-state.ts";
import { StationStates } from "./station-states.ts";

const content: Content = {
  bikes: 4,
  mechanical: 1,
  ebike: 3,
  docks: 6,
  installed: true,
  renting: true,
  returning: true,
};
const named = { name: "Quay", lat: 48.85, lon: 2.35, commune: "Paris" };

function change(at: number, bikes = 4): ChangeRecord {
  const id = { source: "paris", station: "1001", at, capacity: 10, zone: "1", reportedAt: at - 5 };
  return { kind: "change", ...id, ...content, bikes };
}

function keyframe(at: number): KeyedRecord {
  return { ...change(at), kind: "keyframe" };
}

function absence(at: number, last: Content | null = content, zone = "1"): AbsentRecord {
  return { kind: "absent", source: "paris", station: "1001", at, zone, last };
}

function metadata(at: number, zone = "1"): StationRecord {
  return { kind: "station", source: "paris", station: "1001", at, ...named, capacity: 12, zone, listed: true };
}

function stateAfter(records: readonly KeyedRecord[]): StationState | undefined {
  const states = new StationStates();
  for (const record of records) states.apply(record);
  return states.takeMoved()[0];
}

describe("a station's latest state", () => {
  it("is what its records say", () => {
    expect(stateAfter([metadata(10), change(10)])).toEqual({
      source: "paris",
      station: "1001",
      ...named,
      capacity: 10,
      zone: "1",
      content,
      changedAt: 10,
      absentSince: null,
      reportedAt: 5,
    });
  });

  it.each<[string, KeyedRecord[], Partial<StationState>]>([
    ["a change", [change(10), change(20, 5)], { changedAt: 20, content: { ...content, bikes: 5 }, reportedAt: 15 }],
    ["a keyframe, which is no change", [change(10), keyframe(20)], { changedAt: 10, content, reportedAt: 15 }],
    ["a keyframe as the first that is left of the log", [keyframe(20)], { changedAt: 20, content }],
    ["an absence", [change(10), absence(20)], { absentSince: 20, content, changedAt: 10 }],
    ["a repeated absence", [change(10), absence(20), absence(30)], { absentSince: 20 }],
    ["an absence in another zone", [change(10), absence(20, content, "2")], { zone: "2", absentSince: 20 }],
    ["an absence as the first that is left of the log", [absence(20)], { absentSince: 20, content, changedAt: null }],
    ["an absence of a station never seen", [absence(20, null)], { absentSince: 20, content: null, changedAt: null }],
    ["a return unchanged", [change(10), absence(20), keyframe(30)], { absentSince: null, changedAt: 10 }],
    ["a return changed", [change(10), absence(20), change(30, 5)], { absentSince: null, changedAt: 30 }],
    ["new metadata", [change(10), metadata(20, "2")], { capacity: 12, zone: "2", name: "Quay", changedAt: 10 }],
  ])("follows %s", (_what, records, expected) => {
    expect(stateAfter(records)).toMatchObject(expected);
  });

  it("goes on from a stored state", () => {
    const stored = stateAfter([metadata(10), change(10), absence(20)]);
    if (stored === undefined) throw new Error("records move a state");
    const states = new StationStates();

    states.restore({ ...stored });
    expect(states.takeMoved(), "restoring moves nothing").toEqual([]);
    states.apply(keyframe(30));

    expect(states.takeMoved()).toEqual([stateAfter([metadata(10), change(10), absence(20), keyframe(30)])]);
  });
});

describe("the states that moved", () => {
  it("are told once, each station for itself", () => {
    const states = new StationStates();

    states.apply(change(10));
    states.apply({ ...change(10), source: "oslo" });
    states.apply(change(20, 5));

    expect(states.takeMoved().map(({ source, changedAt }) => `${source} ${changedAt}`)).toEqual([
      "paris 20",
      "oslo 10",
    ]);
    expect(states.takeMoved()).toEqual([]);
    states.apply(absence(30));
    expect(states.takeMoved()).toMatchObject([{ source: "paris", absentSince: 30 }]);
  });
});
