import type { PipelineConditionType } from "../../api/conditions.ts";
import type { VelibPipelineStatus } from "../../api/pipeline-status.ts";
import { kindOfSource } from "../../api/sources.ts";
import type { VelibPipeline } from "../../api/velib-pipeline.ts";
import type { ApplyFailure } from "../../runtime/apply-failure.ts";
import { rfc3339Seconds } from "../../runtime/conditions.ts";
import type { LiveObject, ResourceType } from "../../runtime/kube-object.ts";
import type { Applied } from "../applied.ts";
import type { PartnerState } from "../backbone/partner-status.ts";
import { consumersAmong, ofComponent } from "../component-deployments.ts";
import type { DrainPhase } from "../lifecycle/drain.ts";
import { isOff } from "../lifecycle/drain-view.ts";
import { type Advice, autoscalingStatus } from "../lifecycle/scaling-advice.ts";
import { consumingComponents, type ProcessReport } from "../reports/process-report.ts";
import { type StoredPipeline, statusOf } from "../stored-pipeline.ts";
import type { StoredDeployment } from "../trimmed-objects.ts";
import { exposedUrl, serviceUrl } from "../workloads/api-exposure.ts";
import { podAutoscalerKind, routeKind, scaledObjectKind, sparkScheduleKind } from "../workloads/workload-kinds.ts";
import { type WorkloadComponent, workloadNames } from "../workloads/workload-names.ts";
import {
  podAutoscalerState,
  routeState,
  scaledObjectState,
  sparkScheduleState,
} from "../workloads/workload-partner-status.ts";
import { batchFinding } from "./batch-finding.ts";
import { componentFinding, type PipelineFinding, problemOf } from "./component-findings.ts";
import { suspensionFindings } from "./lifecycle-findings.ts";
import { pipelineProgress } from "./pipeline-progress.ts";
import { dataFindings, lastingLag, reportedStatus } from "./report-status.ts";
import { progressFindings } from "./special-status.ts";
import { versionOf } from "./version-of.ts";
import type { FoundStatus } from "./written-status.ts";

/** All that a visit knows. */
export interface Visit {
  readonly stored: StoredPipeline;
  readonly pipeline: VelibPipeline;
  readonly applied: Applied;
  readonly drain: DrainPhase;
  readonly deployments: readonly StoredDeployment[];
  /** Runs of the batch, of this pipeline: Jobs and SparkApplications. */
  readonly runs: readonly LiveObject[];
  /** Objects of this pipeline of which partners' operators tell how they are. */
  readonly reported: readonly LiveObject[];
  readonly reports: readonly ProcessReport[];
  /** Why pods are not ready, by component. */
  readonly podCauses: ReadonlyMap<string, string>;
  readonly advice: Advice | null;
  readonly now: Date;
}

type RunningComponent = Exclude<WorkloadComponent, "batch">;
const conditionOfComponent: Record<RunningComponent, PipelineConditionType> = {
  producer: "ProducersReady",
  aggregator: "AggregatorsReady",
  archiver: "ArchiversReady",
  api: "ApiReady",
};
const runningComponents = ["producer", "aggregator", "archiver", "api"] as const satisfies RunningComponent[];

/** The status by what a visit found, in the order of the data's way. */
export function foundStatus(visit: Visit): FoundStatus {
  const { stored, pipeline, drain, deployments, reports, now } = visit;
  const before = statusOf(stored);
  const report = reports.at(-1) ?? null;
  const reported = reportedStatus(pipeline, report, lastingLag(reports), before);
  const atRest = isAtRest(deployments);
  const findings = [
    ...backboneFindings(visit),
    ...runningComponents.map((component) => runningFinding(visit, component)),
    ...batchFinding(
      pipeline,
      {
        held: visit.applied.made.held.get("batch") ?? null,
        failures: failuresIn(visit.applied, "batch"),
        missing: missingOf(visit.applied, "sparkoperator.k8s.io"),
        isSuspended: drain.phase !== "Running",
      },
      visit.runs,
      pipeline.spec.batch?.engine === "Spark" ? partnerState(visit, sparkScheduleKind, "batch") : null,
    ),
    ...partFindings(visit),
    ...dataFindings(pipeline, reported, report),
    ...suspensionFindings(drain, atRest),
  ];
  const isDraining =
    pipeline.spec.suspend && !(atRest && (drain.phase === "Drained" || drain.phase === "NothingConsumes"));
  const progress = pipelineProgress(findings, isDraining);
  const components = runningComponents.flatMap((component) =>
    componentStatus(ofComponent(deployments, component), component),
  );
  const version = progress.state === "Ready" ? commonVersion(components) : before.lastSuccessfulVersion;
  return {
    ...reported,
    findings: [...progressFindings(progress), ...findings],
    usedSources: usedSources(pipeline, before),
    components,
    endpoints: endpoints(visit),
    ...(version === undefined ? {} : { lastSuccessfulVersion: version }),
    ...drained(drain, before, now),
    ...(pipeline.spec.aggregation.autoscaling === undefined ? {} : autoscalingStatus(visit.advice, before.autoscaling)),
  };
}

/** No pod of producers and consumers is left. */
function isAtRest(deployments: readonly StoredDeployment[]): boolean {
  return (
    consumersAmong(deployments).length === 0 &&
    ["producer", ...consumingComponents].flatMap((component) => ofComponent(deployments, component)).every(isOff)
  );
}

function backboneFindings({ applied }: Visit): PipelineFinding[] {
  const [failure] = failuresIn(applied, "backbone");
  const { findings } = applied.plan;
  if (failure === undefined) return [...findings];
  const type = backboneConditionFor(failure);
  return findings.map((finding) =>
    finding.type === type && finding.status === "True"
      ? { type, status: "False", reason: failure.reason, message: failure.message }
      : finding,
  );
}

/** Which of the backbone's conditions an object that could not be written belongs to. */
function backboneConditionFor({ type: { apiVersion, kind }, key }: ApplyFailure): PipelineConditionType {
  const what = `${apiVersion}/${kind}/${key.name}`.toLowerCase();
  if (what.includes("mongodb")) return "MongodbReady";
  return what.includes("cassandra") ? "CassandraReady" : "KafkaReady";
}

function runningFinding(visit: Visit, component: RunningComponent): PipelineFinding {
  const { pipeline, applied, deployments, drain } = visit;
  const finding = componentFinding(conditionOfComponent[component], {
    held: applied.made.held.get(component) ?? null,
    failures: [...failuresIn(applied, component), ...(component === "producer" ? sharedFailures(applied) : [])],
    missing: component === "api" ? missingOf(applied, "gateway.networking.k8s.io") : [],
    deployments: ofComponent(deployments, component),
    podCause: visit.podCauses.get(component) ?? null,
    isSuspended: drain.phase !== "Running",
  });
  if (component !== "api" || finding.status !== "True" || pipeline.spec.api.expose?.gateway === undefined) {
    return finding;
  }
  return { ...finding, ...notReady(partnerState(visit, routeKind, "api")) };
}

/** What its operator says of an object of the pipeline; of one that is not there yet, that it comes. */
function partnerState({ pipeline, reported }: Visit, type: ResourceType, component: WorkloadComponent): PartnerState {
  const name = workloadNames(pipeline).of(component);
  const found = reported.find((object) => object.kind === type.kind && object.metadata.name === name);
  if (found === undefined) {
    return { state: "waiting", reason: "Provisioning", message: `${type.kind} ${name} is being created` };
  }
  if (type === scaledObjectKind) return scaledObjectState(found);
  if (type === podAutoscalerKind) return podAutoscalerState(found);
  return type === routeKind ? routeState(found) : sparkScheduleState(found);
}

/** The condition's members for a partner's object that does not work; none for one that does. */
function notReady(state: PartnerState): Partial<Omit<PipelineFinding, "type">> {
  return state.state === "ready" ? {} : { status: "False", reason: state.reason, message: state.message };
}

/** Conditions of what is made only where the spec asks for it. */
function partFindings(visit: Visit): PipelineFinding[] {
  const { pipeline, applied, drain } = visit;
  const findings: PipelineFinding[] = [];
  const { monitoring, aggregation } = pipeline.spec;
  if (monitoring !== undefined) {
    const failures = failuresIn(applied, "pipeline").filter(({ type }) => type.apiVersion.startsWith("monitoring."));
    const problem = problemOf({ held: null, failures, missing: missingOf(applied, "monitoring.coreos.com") });
    findings.push({ type: "MonitoringReady", ...(problem ?? { status: "True", reason: "Ready", message: "" }) });
  }
  if (aggregation.autoscaling === undefined) return findings;
  const type = "AutoscalingReady";
  const failures = failuresIn(applied, "aggregator").filter(({ type: { apiVersion } }) => isAutoscaler(apiVersion));
  const problem = problemOf({ held: null, failures, missing: missingOf(applied, "keda.sh") });
  if (aggregation.autoscaling.mode === "Advise") {
    const message = "The recommendation is in status.autoscaling; nothing is scaled";
    findings.push({ type, status: "True", reason: "Advising", message });
  } else if (problem !== null) findings.push({ type, ...problem });
  else if (drain.phase === "Running") {
    const kind = aggregation.autoscaling.engine === "KEDA" ? scaledObjectKind : podAutoscalerKind;
    const state = partnerState(visit, kind, "aggregator");
    findings.push({ type, status: "True", reason: "Ready", message: "", ...notReady(state) });
  } else findings.push({ type, status: "True", reason: "Suspended", message: "Nothing is to be scaled" });
  return findings;
}

function isAutoscaler(apiVersion: string): boolean {
  return apiVersion.startsWith("keda.sh/") || apiVersion.startsWith("autoscaling/");
}

function failuresIn({ failures }: Applied, set: Parameters<Applied["failures"]["get"]>[0]): readonly ApplyFailure[] {
  return failures.get(set) ?? [];
}

/** Of what all components need: told at the first of them. */
function sharedFailures(applied: Applied): ApplyFailure[] {
  return failuresIn(applied, "pipeline").filter(({ type }) => !type.apiVersion.startsWith("monitoring."));
}

function missingOf({ made }: Applied, group: string) {
  return made.missing.filter(({ crd }) => crd.endsWith(`.${group}`));
}

function componentStatus(deployments: readonly StoredDeployment[], name: string) {
  if (deployments.length === 0) return [];
  const sum = (count: (deployment: StoredDeployment) => number) =>
    deployments.reduce((total, deployment) => total + count(deployment), 0);
  const version = versionOf(deployments);
  return [
    {
      name,
      replicas: sum(({ spec }) => spec.replicas ?? 1),
      readyReplicas: sum(({ status }) => status?.readyReplicas ?? 0),
      ...(version === null ? {} : { version }),
    },
  ];
}

function commonVersion(components: readonly { readonly version?: string }[]): string | undefined {
  const versions = new Set(components.flatMap(({ version }) => version ?? []));
  return versions.size === 1 ? [...versions][0] : undefined;
}

/** Names are only ever added: one that comes back must mean the network that it meant. */
function usedSources({ spec }: VelibPipeline, { usedSources: before = [] }: VelibPipelineStatus) {
  const known = new Set(before.map(({ name }) => name));
  const added = spec.sources.filter(({ name }) => !known.has(name));
  return [...before, ...added.map((source) => ({ name: source.name, kind: kindOfSource(source) }))];
}

function endpoints({ pipeline, applied }: Visit): NonNullable<VelibPipelineStatus["endpoints"]> {
  const { kafka } = applied.plan.connections;
  const console = exposedUrl(pipeline);
  return {
    api: serviceUrl(pipeline),
    ...(console === null ? {} : { console }),
    ...(kafka.state === "connected" ? { kafka: kafka.config.bootstrapServers.join(",") } : {}),
  };
}

function drained(drain: DrainPhase, before: VelibPipelineStatus, now: Date): Pick<VelibPipelineStatus, "drained"> {
  if (drain.phase === "WorkedOff") return { drained: { time: rfc3339Seconds(now), offsets: [...drain.offsets] } };
  return drain.phase === "Drained" && before.drained !== undefined ? { drained: before.drained } : {};
}
