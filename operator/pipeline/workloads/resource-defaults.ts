import type { PodTemplate } from "../../api/pod-template.ts";
import type { WorkloadComponent } from "./workload-names.ts";

type Resources = NonNullable<PodTemplate["resources"]>;

/**
 * What the containers ask for where the user says nothing. Resident memory as measured (docs/explanation/measurements.md
 * and bench/aggregate): aggregator 150 to 300 MiB with 1,500 stations, producer and archiver 110 to 200, API 130 to 200.
 * Memory is limited at about twice that, as what leaks should end; CPU is not: a limit only slows down catching up.
 */
const defaults: Record<WorkloadComponent, Resources> = {
  producer: amounts("50m", "160Mi", "384Mi"),
  aggregator: amounts("100m", "256Mi", "640Mi"),
  archiver: amounts("100m", "192Mi", "512Mi"),
  api: amounts("50m", "192Mi", "512Mi"),
  batch: amounts("250m", "512Mi", "2Gi"),
};

/**
 * The user's amounts beside the defaults. A resource that the user gives one amount of has no default for the other:
 * a request above the default limit would be refused, and a limit alone is the request too.
 */
export function resourcesOf(component: WorkloadComponent, { resources = {} }: PodTemplate): Resources {
  const given = new Set(Object.keys({ ...resources.requests, ...resources.limits }));
  const kept = (amounts: Record<string, number | string> = {}) =>
    Object.fromEntries(Object.entries(amounts).filter(([name]) => !given.has(name)));
  return {
    requests: { ...kept(defaults[component].requests), ...resources.requests },
    limits: { ...kept(defaults[component].limits), ...resources.limits },
  };
}

function amounts(cpu: string, memory: string, memoryLimit: string): Resources {
  return { requests: { cpu, memory }, limits: { memory: memoryLimit } };
}
