import { describe, expect, it } from "vitest";
import { reported } from "../backbone/testing/partner-reports.ts";
import { podAutoscalerReports, routeReports, scaledObjectReports, sparkReports } from "./testing/workload-reports.ts";
import {
  podAutoscalerState,
  readStatusMembers,
  routeState,
  scaledObjectState,
  sparkScheduleState,
} from "./workload-partner-status.ts";

const object = (kind: string) => ({ apiVersion: "x/v1", kind, metadata: { name: "paris-api" } });

describe("what KEDA says of a ScaledObject", () => {
  it.each([
    ["nothing", {}, "OperatorSilent"],
    ["that it looks at it", scaledObjectReports.initialized, "Provisioning"],
    ["that it is ready", scaledObjectReports.ready, "ready"],
    ["that a broker does not answer", scaledObjectReports.triggerError, "PartnerFailed"],
    ["that it is defined wrongly", scaledObjectReports.checkFailed, "PartnerFailed"],
    ["that somebody paused it", scaledObjectReports.paused, "PartnerPaused"],
  ])("%s", (_what, status, expected) => {
    const state = scaledObjectState(reported(object("ScaledObject"), status));

    expect(state.state === "ready" ? "ready" : state.reason).toBe(expected);
  });

  it("is told with KEDA's own reason and words", () => {
    expect(scaledObjectState(reported(object("ScaledObject"), scaledObjectReports.triggerError))).toMatchObject({
      message: expect.stringMatching(/^ScaledObject paris-api: KEDA reports TriggerError: /),
    });
  });
});

describe("what Kubernetes says of a HorizontalPodAutoscaler", () => {
  it.each([
    ["nothing yet", {}, "Provisioning"],
    ["that it scales", podAutoscalerReports.scaling, "ready"],
    ["that there are no pods", podAutoscalerReports.withoutPods, "ready"],
    ["that nobody gives the metric", podAutoscalerReports.withoutMetric, "PartnerFailed"],
    ["that there is no Deployment", podAutoscalerReports.withoutTarget, "PartnerFailed"],
  ])("%s", (_what, status, expected) => {
    const state = podAutoscalerState(reported(object("HorizontalPodAutoscaler"), status));

    expect(state.state === "ready" ? "ready" : state.reason).toBe(expected);
  });

  it("is told in its own words, with what is missing", () => {
    const state = podAutoscalerState(reported(object("HorizontalPodAutoscaler"), podAutoscalerReports.withoutMetric));

    expect(state).toMatchObject({
      message:
        "HorizontalPodAutoscaler paris-api: Kubernetes reports FailedGetPodsMetric: unable to get metric velib_log_lag_records: " +
        "no metrics returned from custom metrics API; see that an adapter gives the pods' metric, such as prometheus-adapter",
    });
  });
});

describe("what a gateway's controller says of an HTTPRoute", () => {
  it.each([
    ["nothing", {}, 1, "OperatorSilent"],
    ["nothing any more, as the gateway went", { parents: [] }, 1, "OperatorSilent"],
    ["that it serves it", routeReports.accepted, 1, "ready"],
    ["that it serves it as it was before an edit", routeReports.accepted, 2, "Provisioning"],
    ["that no listener has its host", routeReports.refused, 1, "PartnerFailed"],
    ["that its Service is missing", routeReports.unresolved, 1, "PartnerFailed"],
  ])("%s", (_what, status, generation, expected) => {
    const state = routeState(reported(object("HTTPRoute"), status, { generation }));

    expect(state.state === "ready" ? "ready" : state.reason).toBe(expected);
  });
});

describe("what the Spark operator says of a ScheduledSparkApplication", () => {
  it.each([
    ["nothing", {}, "OperatorSilent"],
    ["that it is scheduled", sparkReports.scheduled, "ready"],
    ["that its schedule is wrong", sparkReports.refused, "PartnerFailed"],
  ])("%s", (_what, status, expected) => {
    const state = sparkScheduleState(reported(object("ScheduledSparkApplication"), status));

    expect(state.state === "ready" ? "ready" : state.reason).toBe(expected);
  });
});

it("of a status only the members are kept that are looked at", () => {
  expect(readStatusMembers).toEqual({
    HorizontalPodAutoscaler: ["conditions"],
    ScaledObject: ["conditions"],
    HTTPRoute: ["parents"],
    ScheduledSparkApplication: ["scheduleState", "reason"],
  });
});
