import { describe, expect, it } from "vitest";
import { type Condition, conditionOf, type Finding, kstatusFindings, mergeConditions } from "./conditions.ts";

const earlier = "2026-01-05T10:00:00Z";
const now = new Date("2026-01-05T12:00:00.750Z");
const condition = (type: string, status: Condition["status"]): Condition => ({
  type,
  status,
  reason: "Some",
  message: "some",
  lastTransitionTime: earlier,
  observedGeneration: 3,
});
const finding = (type: string, status: Condition["status"], reason = "Some", message = "some"): Finding => ({
  type,
  status,
  reason,
  message,
});

describe("conditions", () => {
  it("are equal to what they were when nothing was found anew", () => {
    const before = [condition("Ready", "True"), condition("KafkaReady", "True")];

    expect(mergeConditions(before, [finding("KafkaReady", "True"), finding("Ready", "True")], 3, now)).toEqual(before);
  });

  it.each([
    ["the status", finding("Ready", "False"), "2026-01-05T12:00:00Z"],
    ["the reason alone", finding("Ready", "True", "Other"), earlier],
    ["the message alone", finding("Ready", "True", "Some", "other"), earlier],
  ])("have another transition time only when the status changed: %s", (_what, found, time) => {
    const [merged] = mergeConditions([condition("Ready", "True")], [found], 3, now);

    expect(merged?.lastTransitionTime).toBe(time);
    expect(merged).toMatchObject(found);
  });

  it("keep their place and other people's conditions, and drop those named", () => {
    const before = [condition("Ready", "True"), condition("Foreign", "True"), condition("Old", "True")];

    const merged = mergeConditions(before, [finding("New", "True"), finding("Ready", "False")], 4, now, ["Old"]);

    expect(merged.map(({ type }) => type)).toEqual(["Ready", "Foreign", "New"]);
    expect(conditionOf(merged, "Foreign")?.observedGeneration, "nobody looked at it").toBe(3);
    expect(conditionOf(merged, "Ready")?.observedGeneration).toBe(4);
  });

  it.each([
    ["Ready", { Ready: "True", Reconciling: "False", Stalled: "False" }],
    ["Reconciling", { Ready: "False", Reconciling: "True", Stalled: "False" }],
    ["Stalled", { Ready: "False", Reconciling: "False", Stalled: "True" }],
  ] as const)("say %s so that kstatus reads it", (state, expected) => {
    const found = kstatusFindings({ state, reason: "Because", message: "because" });

    expect(Object.fromEntries(found.map(({ type, status }) => [type, status]))).toEqual(expected);
    expect(found.every(({ reason }) => /^[A-Za-z][A-Za-z0-9]*$/.test(reason))).toBe(true);
  });
});
