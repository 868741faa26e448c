import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { pino } from "pino";
import { createNotifier, httpPost } from "./notifications.ts";
import type { OperatorOptions } from "./operator-options.ts";
import { eventController } from "./pipeline/pipeline-names.ts";
import { createEventRecorder } from "./runtime/event-recorder.ts";
import { type HealthCheck, startHealthServer } from "./runtime/health-server.ts";
import { httpKubeApi } from "./runtime/http-kube-api.ts";
import { connectionFor } from "./runtime/kube-connection.ts";
import { createLeaderElection } from "./runtime/leader-election.ts";
import { createManager } from "./runtime/manager.ts";
import { createRuntimeMetrics } from "./runtime/runtime-metrics.ts";

const leaseName = "velib-operator.velib.dev";
/** Same words as the chart's selector labels. */
const ownLabels = { "app.kubernetes.io/name": "velib-operator" };
/** Below the pod's grace period of 30 s, so that the lease is released before the kill. */
const DRAIN_MS = 20_000;

/** Runs the operator until SIGTERM or SIGINT; then running reconciles end and the lease is given up. */
export async function runOperator(options: OperatorOptions, env: NodeJS.ProcessEnv): Promise<void> {
  const log = pino({ level: options.logLevel, base: { service: "operator" } });
  const stop = stopOnSignals();
  const metrics = createRuntimeMetrics();
  let ready: HealthCheck = () => "starting";
  const health = await startHealthServer({
    port: options.port,
    alive: () => null,
    ready: () => ready(),
    registry: metrics.registry,
  });
  log.info({ port: health.port }, "answering");
  const connection = await connectionFor(options.kubeconfig);
  try {
    const namespace = env.POD_NAMESPACE ?? connection.namespace;
    const instance = env.POD_NAME ?? hostname();
    const api = httpKubeApi({
      connection,
      onAnswer: (method, status) => metrics.answered(method, status, connection.server.host),
    });
    const election = options.leaderElection
      ? createLeaderElection({
          api,
          lease: { namespace, name: leaseName },
          identity: `${instance}_${randomBytes(4).toString("hex")}`,
          fieldManager: "velib-operator",
          log,
        })
      : null;
    const manager = createManager({ api, metrics, election, leaseName, drainMs: DRAIN_MS, log });
    const events = createEventRecorder({
      api: manager.api,
      controller: eventController,
      instance,
      log,
      onDropped: () => metrics.eventDropped(),
    });
    const notifier = createNotifier({ api, events, post: httpPost(10_000) });
    // after the probes answer: the schemas behind it take most of a second
    const { addPipelineControllers } = await import("./pipeline/pipeline-controller.ts");
    const { trainingController } = await import("./training/training-controller.ts");
    const workloads = {
      image: options.image,
      imagePullPolicy: options.imagePullPolicy,
      imagePullSecrets: options.imagePullSecret,
      operator: { namespace, labels: ownLabels },
    };
    for (const watched of options.watchNamespace.length === 0 ? [undefined] : options.watchNamespace) {
      const common = { manager, events, notifier, workloads, ...(watched === undefined ? {} : { namespace: watched }) };
      const { caches } = addPipelineControllers(common);
      manager.add(trainingController({ ...common, pipelines: caches }));
    }
    ready = manager.ready;
    await manager.run(stop, async () => {
      await notifier.flush();
      await events.flush();
    });
    log.info({}, "stopped");
  } finally {
    connection.close();
    await health.close();
  }
}

/** Aborts at the first SIGTERM or SIGINT; a second one ends the process at once. */
function stopOnSignals(): AbortSignal {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort(new Error("the process is told to stop"));
  };
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
  return controller.signal;
}
