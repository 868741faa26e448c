/**
 * Statuses as partners' operators write them: KEDA 2.21 (controllers/keda and pkg/scaling/executor), Kubernetes' own
 * controller of HorizontalPodAutoscalers, the Spark operator
 * 2.5 (internal/controller), and a controller of the Gateway API by its specification.
 */

const keda = (ready: { status: string; reason?: string; message?: string }, paused = "False") => ({
  conditions: [
    { type: "Ready", ...ready },
    { type: "Active", status: "Unknown" },
    { type: "Fallback", status: "False", reason: "NoFallbackFound", message: "No fallbacks are active" },
    { type: "Paused", status: paused },
  ],
});
const defined = { reason: "ScaledObjectReady", message: "ScaledObject is defined correctly and is ready for scaling" };

export const scaledObjectReports = {
  initialized: keda({ status: "Unknown" }),
  ready: {
    ...keda({ status: "True", ...defined }),
    hpaName: "keda-hpa-paris-aggregator",
    lastActiveTime: "2026-01-05T12:00:00Z",
  },
  triggerError: keda({
    status: "False",
    reason: "TriggerError",
    message: "Triggers defined in ScaledObject are not working correctly",
  }),
  checkFailed: keda({
    status: "False",
    reason: "ScaledObjectCheckFailed",
    message: "failed to ensure HPA is correctly created for ScaledObject: no such host",
  }),
  paused: keda({ status: "True", ...defined }, "True"),
};

const scaling = (able: [status: string, reason: string], active: [status: string, reason: string], message = "") => ({
  conditions: [
    { type: "AbleToScale", status: able[0], reason: able[1], message },
    { type: "ScalingActive", status: active[0], reason: active[1], message },
  ],
  currentReplicas: 1,
  desiredReplicas: 1,
});

export const podAutoscalerReports = {
  scaling: scaling(["True", "ReadyForNewScale"], ["True", "ValidMetricFound"]),
  withoutPods: scaling(["True", "SucceededGetScale"], ["False", "ScalingDisabled"]),
  withoutMetric: scaling(
    ["True", "SucceededGetScale"],
    ["False", "FailedGetPodsMetric"],
    "unable to get metric velib_log_lag_records: no metrics returned from custom metrics API",
  ),
  withoutTarget: {
    conditions: [{ type: "AbleToScale", status: "False", reason: "FailedGetScale", message: "not found" }],
  },
};

const lastTransitionTime = "2026-01-05T12:00:00Z";
const route = (accepted: [status: string, reason: string], resolved: [status: string, reason: string]) => ({
  parents: [
    {
      parentRef: { group: "gateway.networking.k8s.io", kind: "Gateway", name: "public" },
      controllerName: "example.org/gateway-controller",
      conditions: [
        ["Accepted", ...accepted],
        ["ResolvedRefs", ...resolved],
      ].map(([type, status, reason]) => ({
        type,
        status,
        reason,
        message: reason,
        observedGeneration: 1,
        lastTransitionTime,
      })),
    },
  ],
});

export const routeReports = {
  accepted: route(["True", "Accepted"], ["True", "ResolvedRefs"]),
  refused: route(["False", "NoMatchingListenerHostname"], ["True", "ResolvedRefs"]),
  unresolved: route(["True", "Accepted"], ["False", "BackendNotFound"]),
};

export const sparkReports = {
  scheduled: { scheduleState: "Scheduled", nextRun: "2026-01-06T02:15:00Z" },
  refused: { scheduleState: "FailedValidation", reason: "Invalid timezone: unknown time zone Europe/Pariss" },
};

export const sparkRunReports = {
  running: { applicationState: { state: "RUNNING" }, driverInfo: {} },
  failing: { applicationState: { state: "FAILING", errorMessage: "driver failed" }, driverInfo: {} },
  failed: {
    applicationState: { state: "FAILED", errorMessage: "driver container failed with ExitCode: 1, Reason: Error" },
    driverInfo: {},
    terminationTime: "2026-01-05T02:20:00Z",
  },
  completed: {
    applicationState: { state: "COMPLETED" },
    driverInfo: {},
    terminationTime: "2026-01-06T02:20:00Z",
  },
};
