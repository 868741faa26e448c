import type { ModelTraining } from "../api/model-training.ts";
import { configFile } from "../pipeline/workloads/pod-volumes.ts";

/** Where the kubelet reads a container's termination message; it mounts a file there, also on a read-only root. */
export const resultFile = "/dev/termination-log";

/**
 * The command line of a run: `velib train` of services/trainer. The forecast bears the training's name, under which its
 * successive versions are one.
 * @param source name of the pipeline's source
 */
export function trainArguments({ metadata, spec }: ModelTraining, source: string): string[] {
  const { logisticRegression: model, promotion, pin, timeZone } = spec;
  return [
    "train",
    `--name=${metadata.name}`,
    `--source=${source}`,
    ...(model === undefined ? [] : modelArguments(model)),
    `--time-zone=${timeZone}`,
    `--promotion-metric=${promotion.metric}`,
    `--minimum-gain=${promotion.minimumGain}`,
    ...(pin === undefined ? [] : [`--pin=${pin}`]),
    `--config=${configFile}`,
    `--result-file=${resultFile}`,
  ];
}

type LogisticRegression = NonNullable<ModelTraining["spec"]["logisticRegression"]>;

/** Each member for itself: `--station=-1` is a code, `--station -1` would be an option. */
function modelArguments({ target, horizon, history, stations, solver, l2, steps }: LogisticRegression): string[] {
  return [
    `--target=${target}`,
    `--horizon=${horizon}`,
    `--history=${history}`,
    ...stations.map((code) => `--station=${code}`),
    `--solver=${solver}`,
    solver === "Newton" ? `--l2=${l2}` : `--steps=${steps}`,
  ];
}
