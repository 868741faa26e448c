import { describe, expect, it } from "vitest";
import { startHealthServer } from "./health-server.ts";
import { createRuntimeMetrics } from "./runtime-metrics.ts";
import { createWorkQueue } from "./work-queue.ts";

describe("the runtime's metrics", () => {
  it.each([
    "controller_runtime_reconcile_total",
    "controller_runtime_reconcile_errors_total",
    "controller_runtime_terminal_reconcile_errors_total",
    "controller_runtime_reconcile_time_seconds",
    "controller_runtime_active_workers",
    "controller_runtime_max_concurrent_reconciles",
    "workqueue_depth",
    "workqueue_adds_total",
    "workqueue_queue_duration_seconds",
    "workqueue_work_duration_seconds",
    "workqueue_unfinished_work_seconds",
    "workqueue_longest_running_processor_seconds",
    "workqueue_retries_total",
    "leader_election_master_status",
    "rest_client_requests_total",
  ])("have the name of controller-runtime: %s", (name) => {
    expect(createRuntimeMetrics().registry.getSingleMetric(name)).toBeDefined();
  });

  it("count reconciles by controller and result", async () => {
    const metrics = createRuntimeMetrics();

    metrics.reconciled("pipeline", "success", 0.1, false);
    metrics.reconciled("pipeline", "error", 0.2, true);

    const text = await metrics.registry.metrics();
    expect(text).toContain('controller_runtime_reconcile_total{controller="pipeline",result="success"} 1');
    expect(text).toContain('controller_runtime_reconcile_total{controller="pipeline",result="error"} 1');
    expect(text).toContain('controller_runtime_reconcile_errors_total{controller="pipeline"} 1');
    expect(text).toContain('controller_runtime_reconcile_time_seconds_count{controller="pipeline"} 2');
  });

  it("count retries from zero, before the first", async () => {
    const metrics = createRuntimeMetrics();

    metrics.observeQueue("pipeline", () => createWorkQueue());

    expect(await metrics.registry.metrics()).toContain(
      'workqueue_retries_total{name="pipeline",controller="pipeline"} 0',
    );
  });

  it("read a queue when they are scraped", async () => {
    const metrics = createRuntimeMetrics();
    const queue = createWorkQueue({ observer: metrics.observeQueue("pipeline", () => queue) });
    queue.add("a");
    queue.add("b");

    const text = await metrics.registry.metrics();

    expect(text).toContain('workqueue_depth{name="pipeline",controller="pipeline"} 2');
    expect(text).toContain('workqueue_adds_total{name="pipeline",controller="pipeline"} 2');
  });
});

describe("the health server", () => {
  it("says by HTTP status and in one line whether the process is alive and ready, and serves the metrics", async () => {
    let problem: string | null = "not listed yet: Deployment.apps";
    const { registry } = createRuntimeMetrics();
    const server = await startHealthServer({
      port: 0,
      host: "127.0.0.1",
      alive: () => null,
      ready: () => problem,
      registry,
    });
    const get = async (path: string) => {
      const response = await fetch(`http://127.0.0.1:${server.port}${path}`);
      return [response.status, (await response.text()).slice(0, 40)];
    };

    expect(await get("/healthz")).toEqual([200, "ok\n"]);
    expect(await get("/readyz")).toEqual([503, "not listed yet: Deployment.apps\n"]);
    problem = null;
    expect(await get("/readyz?verbose")).toEqual([200, "ok\n"]);
    expect((await get("/metrics"))[0]).toBe(200);
    expect((await get("/"))[0]).toBe(404);
    await server.close();
  });

  it("rejects when its port is taken", async () => {
    const { registry } = createRuntimeMetrics();
    const settings = { host: "127.0.0.1", alive: () => null, ready: () => null, registry };
    const first = await startHealthServer({ ...settings, port: 0 });

    await expect(startHealthServer({ ...settings, port: first.port })).rejects.toThrow("EADDRINUSE");
    await first.close();
  });
});
