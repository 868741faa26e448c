import { describe, expect, it } from "vitest";
import { activityIn, type DrainView, drainPhase } from "./drain.ts";

const worked = { lag: 0, offsets: [{ topic: "paris.observations", partition: 0, offset: "42" }] };

function view(changes: Partial<DrainView> = {}): DrainView {
  return {
    suspend: true,
    wasDrained: false,
    consumers: ["aggregator", "archiver"],
    producersGone: true,
    backlogs: new Map([
      ["aggregator", worked],
      ["archiver", worked],
    ]),
    ...changes,
  };
}

describe("a stop in order", () => {
  it.each<[string, Partial<DrainView>, string, { producing: boolean; consuming: boolean }]>([
    ["is not one without suspend", { suspend: false }, "Running", { producing: true, consuming: true }],
    [
      "first waits for the producers",
      { producersGone: false },
      "ProducersStopping",
      { producing: false, consuming: true },
    ],
    [
      "believes no answer from before",
      { producersGone: null },
      "ProducersStopping",
      { producing: false, consuming: true },
    ],
    [
      "waits for a consumer that does not answer",
      { backlogs: new Map([["aggregator", worked]]) },
      "WorkingOff",
      { producing: false, consuming: true },
    ],
    [
      "waits for the last record",
      {
        backlogs: new Map([
          ["aggregator", worked],
          ["archiver", { ...worked, lag: 1 }],
        ]),
      },
      "WorkingOff",
      { producing: false, consuming: true },
    ],
    ["stops consumers only once the status says so", {}, "WorkedOff", { producing: false, consuming: true }],
    [
      "stays stopped",
      { wasDrained: true, producersGone: null, backlogs: new Map() },
      "Drained",
      { producing: false, consuming: false },
    ],
    [
      "waits for nobody where nobody consumes",
      { consumers: [] },
      "NothingConsumes",
      { producing: false, consuming: false },
    ],
    [
      "asks only those that run",
      { consumers: ["archiver"], backlogs: new Map([["archiver", worked]]) },
      "WorkedOff",
      { producing: false, consuming: true },
    ],
  ])("%s", (_name, changes, phase, activity) => {
    const found = drainPhase(view(changes));

    expect(found.phase).toBe(phase);
    expect(activityIn(found)).toEqual(activity);
  });

  it("keeps the end of each partition once, the later one of two answers, beyond 2⁵³ too", () => {
    const at = (offset: string) => ({ lag: 0, offsets: [{ topic: "t", partition: 1, offset }] });
    const backlogs = new Map([
      ["aggregator", at("9007199254740993")],
      ["archiver", at("9007199254740992")],
    ]);

    expect(drainPhase(view({ backlogs }))).toEqual({
      phase: "WorkedOff",
      offsets: [{ topic: "t", partition: 1, offset: "9007199254740993" }],
    });
  });
});
