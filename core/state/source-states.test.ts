import { describe, expect, it } from "vitest";
import type { EndMarker, PollMarker } from "../log/record.ts";
import { SourceStates } from "./source-states.ts";

const health = {
  polls: 1,
  frozenPolls: 0,
  longestFrozenRun: 0,
  clockBackwards: 0,
  overCapacity: 0,
  filledColumns: [],
  nullColumns: [],
  nullColumnPolls: 0,
  notInInformation: 0,
  notInStatus: 0,
};

function poll(at: number, source = "paris"): PollMarker {
  return { kind: "poll", source, at, holdMs: 600, observed: 3, changes: 1, movedAt: at - 1, feedTime: at - 2, health };
}

function end(at: number, source = "paris"): EndMarker {
  return { kind: "end", source, at };
}

describe("where a source stands", () => {
  it("is what its newest marker says", () => {
    const states = new SourceStates();

    states.apply(poll(10), null);
    states.apply(poll(20), 15);

    expect(states.takeMoved()).toEqual([
      {
        source: "paris",
        lastPollAt: 20,
        movedAt: 19,
        observed: 3,
        holdMs: 600,
        feedTime: 18,
        health,
        finalUntil: 15,
        ended: false,
      },
    ]);
  });

  it("is ended by an end marker, which is no poll, and not by the polls after it", () => {
    const states = new SourceStates();

    states.apply(poll(10), null);
    states.apply(end(40), 30);
    expect(states.takeMoved()).toMatchObject([{ lastPollAt: 10, finalUntil: 30, ended: true }]);
    states.apply(poll(50), 30);
    expect(states.takeMoved()).toMatchObject([{ lastPollAt: 50, finalUntil: 30, ended: false }]);
  });

  it("is nothing when an end marker is all that is left", () => {
    const states = new SourceStates();

    states.apply(end(40), 30);

    expect(states.takeMoved()).toEqual([]);
  });

  it("does not go back when another partition's copies of older markers are read", () => {
    const states = new SourceStates();

    for (const marker of [poll(10), end(40), poll(50)]) states.apply(marker, marker.at - 5);
    states.takeMoved();
    for (const marker of [poll(10), end(40)]) states.apply(marker, marker.at - 5);

    expect(states.takeMoved()).toEqual([]);
    states.apply(poll(50), 45);
    expect(states.takeMoved()).toMatchObject([{ lastPollAt: 50, finalUntil: 45, ended: false }]);
  });

  it("goes on from a stored state", () => {
    const before = new SourceStates();
    before.apply(poll(10), 5);
    const states = new SourceStates();

    for (const state of before.takeMoved()) states.restore(state);
    expect(states.takeMoved(), "restoring moves nothing").toEqual([]);
    states.apply(end(40), 30);

    expect(states.takeMoved()).toMatchObject([{ lastPollAt: 10, finalUntil: 30, ended: true }]);
  });
});

describe("the sources that moved", () => {
  it("are told once, each for itself", () => {
    const states = new SourceStates();

    states.apply(poll(10), null);
    states.apply(poll(11, "oslo"), null);
    states.apply(poll(20), null);

    expect(states.takeMoved().map(({ source, lastPollAt }) => `${source} ${lastPollAt}`)).toEqual([
      "paris 20",
      "oslo 11",
    ]);
    expect(states.takeMoved()).toEqual([]);
  });
});
