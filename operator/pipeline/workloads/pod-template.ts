import type { PodTemplate } from "../../api/pod-template.ts";
import { annotations } from "../../api/resource-names.ts";
import type { VelibPipeline } from "../../api/velib-pipeline.ts";
import { digest } from "./digest.ts";
import { effectiveTemplate } from "./effective-template.ts";
import { configFile, type PodFiles, podVolumes } from "./pod-volumes.ts";
import type { PodReferences } from "./references.ts";
import { resourcesOf } from "./resource-defaults.ts";
import { rollAnnotations } from "./roll-annotations.ts";
import { httpPort, type ServiceConfig } from "./service-config.ts";
import { podSelector, type WorkloadComponent, workloadLabels, workloadNames } from "./workload-names.ts";
import type { WorkloadSettings } from "./workload-settings.ts";

/** What a component's pods are made from. */
export interface PodParts {
  readonly component: WorkloadComponent;
  /** Arguments of the image's `velib`, before `--config`. */
  readonly args: readonly string[];
  readonly config: ServiceConfig;
  readonly references: PodReferences;
  readonly files: Pick<PodFiles, "config" | "claims" | "scratch">;
  /** Members of the pod's spec that are this component's own. */
  readonly pod: Record<string, unknown>;
  /** Members of the container that are this component's own, such as probes. */
  readonly container: Record<string, unknown>;
  /** More labels that a Deployment tells its pods by. */
  readonly selector?: Record<string, string>;
}

/** The group that may write into a batch's volume; any but root's does. */
export const fileGroup = 65_532;

/**
 * The template of a component's pods. It holds to PodSecurity's `restricted`
 * (https://kubernetes.io/docs/concepts/security/pod-security-standards/) and, beyond that, has a read-only root file
 * system and no token of a service account. Its user is the image's, a number other than 0.
 *
 * Its annotations tell what the pods were made from, so that a change rolls just those who consume it, once.
 */
export function podTemplate(pipeline: VelibPipeline, parts: PodParts, settings: WorkloadSettings) {
  const { component, config, references, selector } = parts;
  const template = effectiveTemplate(pipeline, component);
  const secrets = [...config.secrets, ...references.secrets];
  const files: PodFiles = { ...parts.files, secrets, configMaps: references.configMaps };
  const { volumes, volumeMounts } = podVolumes(files);
  const own = ownSpec(pipeline, parts);
  const given = pipeline.metadata.annotations ?? {};
  return {
    metadata: {
      labels: {
        ...template.labels,
        ...workloadLabels(pipeline, component),
        ...podSelector(pipeline, component),
        ...selector,
      },
      annotations: {
        ...template.annotations,
        ...rollAnnotations({
          configuration: digest([config.text, JSON.stringify(volumes)]),
          secrets: digest([...secrets.map(({ what, contentHash }) => what + contentHash), references.secretEnvHash]),
          configMaps: references.configMapHash,
          template: digest([JSON.stringify(template)]),
          operator: digest([JSON.stringify(own), settings.imagePullPolicy, ...settings.imagePullSecrets]),
          restartedAt: [annotations.restartedAt, `${annotations.restartedAt}.${component}`]
            .map((name) => given[name] ?? "")
            .join(" ")
            .trim(),
        }),
      },
    },
    spec: {
      ...own.pod,
      ...placement(template, own.spread),
      imagePullSecrets: imagePullSecrets(settings, template),
      containers: [
        {
          ...own.container,
          image: settings.image,
          imagePullPolicy: settings.imagePullPolicy,
          env: (template.env ?? []).map(({ name, value, valueFrom }) =>
            valueFrom === undefined ? { name, value: value ?? "" } : { name, valueFrom },
          ),
          resources: resourcesOf(component, template),
          volumeMounts,
        },
      ],
      volumes,
    },
  };
}

/** What of a pod is neither the user's, nor the release's, nor of its configuration: only the operator changes it. */
function ownSpec(pipeline: VelibPipeline, { component, args, pod, container }: PodParts) {
  const selector = podSelector(pipeline, component);
  return {
    pod: {
      serviceAccountName: workloadNames(pipeline).pipeline,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      ...pod,
      securityContext: {
        runAsNonRoot: true,
        seccompProfile: { type: "RuntimeDefault" },
        ...(pod.securityContext ?? {}),
      },
    },
    container: {
      name: component,
      args: [...args, "--config", configFile],
      ...container,
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      },
      terminationMessagePolicy: "FallbackToLogsOnError",
    },
    spread: ["topology.kubernetes.io/zone", "kubernetes.io/hostname"].map((topologyKey) => ({
      maxSkew: 1,
      topologyKey,
      whenUnsatisfiable: "ScheduleAnyway",
      labelSelector: { matchLabels: selector },
    })),
  };
}

function placement(template: PodTemplate, spread: readonly object[]): Record<string, unknown> {
  const { nodeSelector, tolerations, affinity, topologySpreadConstraints, priorityClassName } = template;
  return {
    ...(nodeSelector === undefined ? {} : { nodeSelector }),
    ...(tolerations === undefined ? {} : { tolerations }),
    ...(affinity === undefined ? {} : { affinity }),
    ...(priorityClassName === undefined ? {} : { priorityClassName }),
    topologySpreadConstraints: topologySpreadConstraints ?? spread,
  };
}

function imagePullSecrets(settings: WorkloadSettings, { imagePullSecrets = [] }: PodTemplate): { name: string }[] {
  return [...new Set([...settings.imagePullSecrets, ...imagePullSecrets.map(({ name }) => name)])].map((name) => ({
    name,
  }));
}

/**
 * A process is alive while it answers, and ready while its connections work. It may take five minutes to start:
 * servers that start along with it are waited for.
 */
export const probes = {
  startupProbe: { httpGet: { path: "/healthz", port: "http" }, periodSeconds: 2, failureThreshold: 150 },
  livenessProbe: {
    httpGet: { path: "/healthz", port: "http" },
    periodSeconds: 10,
    timeoutSeconds: 5,
    failureThreshold: 6,
  },
  readinessProbe: { httpGet: { path: "/readyz", port: "http" }, periodSeconds: 5, timeoutSeconds: 3 },
};

export const ports = [{ name: "http", containerPort: httpPort, protocol: "TCP" }];
