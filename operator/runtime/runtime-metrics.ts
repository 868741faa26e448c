import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { WorkQueue, WorkQueueObserver } from "./work-queue.ts";

/** How a reconcile ended, as controller-runtime labels it. */
export type ReconcileEnd = "success" | "requeue_after" | "error";

/**
 * What the runtime measures, under the names and labels of controller-runtime and client-go, so that the dashboards
 * people have for other operators show this one as well.
 */
export interface RuntimeMetrics {
  /** Everything, for `/metrics`; other parts of the process may register theirs here. */
  readonly registry: Registry;
  /** Of the queue of a controller; `queue` is read at each scrape. */
  observeQueue(controller: string, queue: () => WorkQueue): WorkQueueObserver;
  reconciled(controller: string, end: ReconcileEnd, seconds: number, terminal: boolean): void;
  workers(controller: string, active: number, limit: number): void;
  leading(lease: string, isLeader: boolean): void;
  /** Status 0: no answer. */
  answered(method: string, status: number, host: string): void;
  eventDropped(): void;
}

/** client-go's: 10 ns to 1,000 s by tens is too coarse below a second for an event → apply of milliseconds. */
const QUEUE_SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1000];
/** controller-runtime's. */
const RECONCILE_SECONDS = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5, 1.75, 2,
  2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
];

export function createRuntimeMetrics(registry = new Registry()): RuntimeMetrics {
  const registers = [registry];
  const counter = (name: string, help: string, labelNames: string[]) =>
    new Counter({ name, help, labelNames, registers });
  const gauge = (name: string, help: string, labelNames: string[]) => new Gauge({ name, help, labelNames, registers });
  const histogram = (name: string, help: string, labelNames: string[], buckets: number[]) =>
    new Histogram({ name, help, labelNames, buckets, registers });

  const reconciles = counter("controller_runtime_reconcile_total", "Reconciles by result", ["controller", "result"]);
  const errors = counter("controller_runtime_reconcile_errors_total", "Reconciles that failed", ["controller"]);
  const terminals = counter(
    "controller_runtime_terminal_reconcile_errors_total",
    "Reconciles that failed and are not tried again until something changes",
    ["controller"],
  );
  const seconds = histogram(
    "controller_runtime_reconcile_time_seconds",
    "Time of a reconcile",
    ["controller"],
    RECONCILE_SECONDS,
  );
  const active = gauge("controller_runtime_active_workers", "Reconciles running", ["controller"]);
  const limits = gauge("controller_runtime_max_concurrent_reconciles", "Reconciles at most at once", ["controller"]);
  const leader = gauge("leader_election_master_status", "1 while this process leads", ["name"]);
  const answers = counter("rest_client_requests_total", "Answers of the API server by status", [
    "code",
    "method",
    "host",
  ]);
  const dropped = counter("runtime_events_dropped_total", "Events that were not written", []);

  const queueLabels = ["name", "controller"];
  const adds = counter("workqueue_adds_total", "Keys added", queueLabels);
  const retries = counter("workqueue_retries_total", "Keys added again after a failure", queueLabels);
  const waited = histogram("workqueue_queue_duration_seconds", "Wait of a key", queueLabels, QUEUE_SECONDS);
  const worked = histogram("workqueue_work_duration_seconds", "Work on a key", queueLabels, QUEUE_SECONDS);
  const queues = new Map<string, () => WorkQueue>();
  const scraped = (name: string, help: string, value: (queue: WorkQueue) => number) =>
    new Gauge({
      name,
      help,
      labelNames: queueLabels,
      registers,
      collect() {
        for (const [name, queue] of queues) this.set({ name, controller: name }, value(queue()));
      },
    });
  scraped("workqueue_depth", "Keys that wait", (queue) => queue.depth);
  scraped("workqueue_unfinished_work_seconds", "Sum of the time that keys are worked on now", (queue) =>
    queue.workedOnSeconds().reduce((sum, each) => sum + each, 0),
  );
  scraped("workqueue_longest_running_processor_seconds", "Longest time that a key is worked on now", (queue) =>
    Math.max(0, ...queue.workedOnSeconds()),
  );

  return {
    registry,
    observeQueue(controller, queue) {
      queues.set(controller, queue);
      const labels = { name: controller, controller };
      // both exist from the start, as client-go's do, so that a rate over them has one
      adds.inc(labels, 0);
      retries.inc(labels, 0);
      return {
        onAdd: () => adds.inc(labels),
        onRetry: () => retries.inc(labels),
        onTake: (waitedSeconds) => waited.observe(labels, waitedSeconds),
        onDone: (workedSeconds) => worked.observe(labels, workedSeconds),
      };
    },
    reconciled(controller, result, took, terminal) {
      reconciles.inc({ controller, result });
      seconds.observe({ controller }, took);
      // both exist from the first reconcile on, so that a rate over them has a start
      errors.inc({ controller }, result === "error" ? 1 : 0);
      terminals.inc({ controller }, terminal ? 1 : 0);
    },
    workers(controller, running, limit) {
      active.set({ controller }, running);
      limits.set({ controller }, limit);
    },
    leading: (name, isLeader) => leader.set({ name }, isLeader ? 1 : 0),
    answered: (method, status, host) => answers.inc({ method, host, code: status === 0 ? "<error>" : String(status) }),
    eventDropped: () => dropped.inc(),
  };
}
