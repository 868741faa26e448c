import type { ModelTraining } from "../api/model-training.ts";
import type { PodTemplate } from "../api/pod-template.ts";
import { ports } from "../pipeline/workloads/pod-template.ts";
import { podVolumes } from "../pipeline/workloads/pod-volumes.ts";
import { resourcesOf } from "../pipeline/workloads/resource-defaults.ts";
import { workloadNames } from "../pipeline/workloads/workload-names.ts";
import type { WorkloadSettings } from "../pipeline/workloads/workload-settings.ts";
import { resultFile, trainArguments } from "./train-arguments.ts";
import type { TrainingInputs } from "./training-inputs.ts";
import { trainingComponent, trainingLabels, trainingNames, trainingPodLabels } from "./training-names.ts";

/** Key of the configuration in its ConfigMap. */
export const trainingConfigKey = "training.json";

/**
 * The template of a run's pods, held to PodSecurity's `restricted` as those of the pipeline are, with its identity and
 * under its policies.
 */
export function trainingPodTemplate(training: ModelTraining, inputs: TrainingInputs, settings: WorkloadSettings) {
  const { pipeline, config, source } = inputs;
  const { template = {} } = training.spec;
  const { volumes, volumeMounts } = podVolumes({
    config: { configMapName: trainingNames(training).shared, key: trainingConfigKey },
    secrets: config.secrets,
    configMaps: [],
    claims: [],
    scratch: "128Mi",
  });
  return {
    metadata: {
      labels: {
        ...template.labels,
        ...trainingLabels(training, pipeline),
        ...trainingPodLabels(training, pipeline),
      },
      annotations: { ...template.annotations },
    },
    spec: {
      restartPolicy: "Never",
      serviceAccountName: workloadNames(pipeline).pipeline,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: {
        runAsNonRoot: true,
        seccompProfile: { type: "RuntimeDefault" },
      },
      ...placement(template),
      imagePullSecrets: imagePullSecrets(settings, template),
      containers: [
        {
          name: trainingComponent,
          image: settings.image,
          imagePullPolicy: settings.imagePullPolicy,
          args: trainArguments(training, source),
          ports,
          env: (template.env ?? []).map(({ name, value, valueFrom }) =>
            valueFrom === undefined ? { name, value: value ?? "" } : { name, valueFrom },
          ),
          // a run reads the history as a batch does
          resources: resourcesOf("batch", template),
          volumeMounts,
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
          },
          terminationMessagePath: resultFile,
          terminationMessagePolicy: "FallbackToLogsOnError",
        },
      ],
      volumes,
    },
  };
}

function placement({ nodeSelector, tolerations, affinity, topologySpreadConstraints, priorityClassName }: PodTemplate) {
  return {
    ...(nodeSelector === undefined ? {} : { nodeSelector }),
    ...(tolerations === undefined ? {} : { tolerations }),
    ...(affinity === undefined ? {} : { affinity }),
    ...(priorityClassName === undefined ? {} : { priorityClassName }),
    ...(topologySpreadConstraints === undefined ? {} : { topologySpreadConstraints }),
  };
}

function imagePullSecrets(settings: WorkloadSettings, { imagePullSecrets = [] }: PodTemplate): { name: string }[] {
  const names = [...settings.imagePullSecrets, ...imagePullSecrets.map(({ name }) => name)];
  return [...new Set(names)].map((name) => ({ name }));
}
