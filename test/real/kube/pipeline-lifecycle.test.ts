import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { velibPipelineType } from "../../../operator/api/resource-names.ts";
import type { NoticeBody } from "../../../operator/notifications.ts";
import type { GetJson } from "../../../operator/pipeline/reports/process-answers.ts";
import type { LiveObject, ResourceType } from "../../../operator/runtime/kube-object.ts";
import { isRecord } from "../../../operator/runtime/kube-payload.ts";
import { until } from "../../testbed/faults/until.ts";
import { describeReal } from "../servers.ts";
import { deployments, events, secrets, someone, type TestNamespace, testNamespace } from "./cluster.ts";
import {
  conditionIn,
  installOwnDefinitions,
  mongoSecret,
  type PipelineOperator,
  type PipelineOperatorSettings,
  pipelineObject,
  startPipelineOperator,
  statusIn,
  untilCondition,
} from "./pipeline-operator.ts";
import { pods, readyPods } from "./ready-pods.ts";

const WAIT_MS = 30_000;

/** What the processes of a pipeline would answer. */
interface Processes {
  /** Of the log's one partition; 0: nothing was ever sent. */
  end: number;
  lag: number;
  stale: boolean;
  lastPoll: string;
  letters: number;
}

describeReal("The life of a VelibPipeline on a real API server", ["kube"], (addresses) => {
  let space: TestNamespace;
  let operator: PipelineOperator | null = null;
  let stopPods: () => Promise<void> = async () => {};
  let processes: Processes;
  let posted: { url: string; body: NoticeBody }[];

  beforeAll(async () => {
    const first = await testNamespace(addresses.kubeconfig);
    await installOwnDefinitions(first.api);
    await first.remove();
  });
  beforeEach(async () => {
    processes = { end: 42, lag: 0, stale: false, lastPoll: "2026-01-05T12:00:00Z", letters: 0 };
    posted = [];
    space = await testNamespace(addresses.kubeconfig);
    stopPods = readyPods(space.api, space.name);
  });
  afterEach(async () => {
    await operator?.stop();
    operator = null;
    await stopPods();
    await space.remove();
  });

  const key = (name: string) => ({ namespace: space.name, name });
  const merge = (type: ResourceType, name: string, body: object) =>
    space.api.patch(type, key(name), { merge: body }, someone);
  const suspend = (isSuspended: boolean) => merge(velibPipelineType, "paris", { spec: { suspend: isSuspended } });

  const getJson: GetJson = async (url) => {
    if (url === "api:/v1/sources") {
      const freshness = { stale: processes.stale, cause: processes.stale ? "polls_stopped" : null };
      return { sources: [{ name: "paris", stations: 10, last_poll_at: processes.lastPoll, ended: false, freshness }] };
    }
    if (url.startsWith("api:/v1/dead-letters")) {
      return {
        counts: processes.letters === 0 ? [] : [{ source: "paris", reason: "row_invalid", count: processes.letters }],
      };
    }
    if (!url.endsWith("/backlog")) throw new Error(`${url}: not asked for`);
    const { end, lag } = processes;
    return { groups: [{ group: "g", topic: "paris.observations", lag, partitions: [{ partition: 0, end, lag }] }] };
  };

  async function start(settings: Partial<PipelineOperatorSettings> = {}): Promise<PipelineOperator> {
    operator = await startPipelineOperator({
      api: space.api,
      namespace: space.name,
      getJson,
      post: async (url, body) => void posted.push({ url, body: body as NoticeBody }),
      ...settings,
    });
    return operator;
  }

  async function ready(spec: Record<string, unknown> = {}): Promise<LiveObject> {
    await space.api.apply(secrets, mongoSecret(space.name), someone);
    await space.api.apply(velibPipelineType, pipelineObject(space.name, "paris", spec), someone);
    return untilCondition(space.api, key("paris"), "Ready", "True");
  }

  async function replicas(): Promise<Record<string, unknown>> {
    const { items } = await space.api.list(deployments, { namespace: space.name });
    return Object.fromEntries(
      items.map(({ metadata, spec }) => [metadata.name, isRecord(spec) ? spec.replicas : null]),
    );
  }

  async function eventOf(reason: string): Promise<LiveObject | null> {
    const { items } = await space.api.list(events, { namespace: space.name });
    return items.find((event) => event.reason === reason) ?? null;
  }

  it("shows what the pipeline's own API tells, and writes nothing while only the clock goes on", async () => {
    const own = await start();
    await ready();
    const live = await untilCondition(space.api, key("paris"), "DataFresh", "True");

    expect(statusIn(live)).toMatchObject({
      stations: 10,
      lag: 0,
      lastObservationTime: "2026-01-05T12:00:00Z",
      sources: [{ name: "paris", kind: "simulator", stations: 10, fresh: true }],
    });
    await wait(1_500);
    own.writes.length = 0;
    processes.lastPoll = "2026-01-05T12:01:00Z";
    await wait(1_500);
    expect(own.writes).toEqual([]);

    processes.letters = 1_234;
    const told = await untilCondition(space.api, key("paris"), "DeadLetters", "True");
    expect(statusIn(told).deadLetters).toEqual([{ reason: "row_invalid", count: 1_200 }]);
    expect(conditionIn(told, "Ready")?.status, "a feed's mistakes are no failed roll-out").toBe("True");
  });

  it("stops in order: producers, then with the backlog worked off the consumers; the API stays", async () => {
    await start();
    await ready();
    processes.lag = 5;

    await suspend(true);
    await untilCondition(space.api, key("paris"), "Drained", "False", "WorkingOff");
    expect(await replicas()).toEqual({
      "paris-producer-0": 0,
      "paris-aggregator": 1,
      "paris-archiver": 1,
      "paris-api": 1,
    });

    processes.lag = 0;
    const live = await untilCondition(space.api, key("paris"), "Suspended", "True");
    expect(statusIn(live).drained?.offsets).toEqual([{ topic: "paris.observations", partition: 0, offset: "42" }]);
    expect(conditionIn(live, "Drained")?.status).toBe("True");
    expect(conditionIn(live, "Ready")).toMatchObject({ status: "True", reason: "Suspended" });
    expect(await replicas()).toEqual({
      "paris-producer-0": 0,
      "paris-aggregator": 0,
      "paris-archiver": 0,
      "paris-api": 1,
    });
  });

  it("keeps a pipeline stopped over an edit and the operator's restart, and takes the edit up when it goes on", async () => {
    await start();
    await ready();
    await suspend(true);
    await untilCondition(space.api, key("paris"), "Suspended", "True");
    await operator?.stop();
    await start();

    await merge(velibPipelineType, "paris", {
      spec: { aggregation: { replicas: 2 }, polling: { keyframeInterval: "5m" } },
    });
    const edited = await untilCondition(space.api, key("paris"), "Suspended", "True");
    expect(statusIn(edited).drained?.offsets).toHaveLength(1);
    expect(await replicas()).toMatchObject({ "paris-producer-0": 0, "paris-aggregator": 0 });

    await suspend(false);
    const live = await untilCondition(space.api, key("paris"), "Ready", "True", "Ready");
    expect(conditionIn(live, "Drained")).toBeNull();
    expect(statusIn(live).drained).toBeUndefined();
    expect(await replicas()).toMatchObject({ "paris-producer-0": 1, "paris-aggregator": 2 });
  });

  it("is suspended at once where nothing consumes", async () => {
    await start();
    await ready({ aggregation: { replicas: 0 }, archive: { replicas: 0 } });

    await suspend(true);

    const live = await untilCondition(space.api, key("paris"), "Suspended", "True");
    expect(conditionIn(live, "Drained")).toMatchObject({ status: "False", reason: "NothingConsumes" });
  });

  it("starts nothing for a pipeline that is made suspended", async () => {
    await start();
    await space.api.apply(secrets, mongoSecret(space.name), someone);
    await space.api.apply(velibPipelineType, pipelineObject(space.name, "paris", { suspend: true }), someone);

    await untilCondition(space.api, key("paris"), "Suspended", "True");

    const { items } = await space.api.list(pods, { namespace: space.name });
    expect(items.map(({ metadata }) => metadata.labels?.["app.kubernetes.io/component"])).toEqual(["api"]);
  });

  it("drains without data: an empty log is worked off", async () => {
    processes.end = 0;
    await start();
    await ready();

    await suspend(true);

    const live = await untilCondition(space.api, key("paris"), "Suspended", "True");
    expect(conditionIn(live, "Drained")?.status).toBe("True");
    expect(statusIn(live).drained?.offsets).toEqual([{ topic: "paris.observations", partition: 0, offset: "0" }]);
    expect(await replicas()).toMatchObject({ "paris-producer-0": 0, "paris-aggregator": 0, "paris-archiver": 0 });
  });

  it("drains during a roll", async () => {
    await start();
    await ready();

    await merge(velibPipelineType, "paris", {
      spec: { suspend: true },
      metadata: { annotations: { "velib.dev/restartedAt": "now" } },
    });

    const live = await untilCondition(space.api, key("paris"), "Suspended", "True");
    expect(conditionIn(live, "Drained")?.status).toBe("True");
  });

  it("leaves a paused pipeline as it is, says so, and goes on when the annotation goes", async () => {
    const own = await start();
    await ready();
    const pause = (value: string | null) =>
      merge(velibPipelineType, "paris", { metadata: { annotations: { "velib.dev/pause-reconciliation": value } } });

    await pause("true");
    await until(
      "paused",
      async () =>
        conditionIn(await space.api.get(velibPipelineType, key("paris")), "ReconciliationPaused") ? true : null,
      WAIT_MS,
    );
    own.writes.length = 0;
    await merge(velibPipelineType, "paris", { spec: { api: { replicas: 2 } } });
    await space.api.delete(deployments, key("paris-archiver"));
    await wait(1_000);
    const made = own.writes.filter(({ verb }) => verb !== "status");
    expect(made, "only the condition's generation may follow").toEqual([]);

    await pause(null);
    const live = await untilCondition(space.api, key("paris"), "Ready", "True");
    expect(conditionIn(live, "ReconciliationPaused")).toBeNull();
    expect(await replicas()).toMatchObject({ "paris-api": 2, "paris-archiver": 1 });
  });

  it("tells a webhook once when a source turns stale and once when it recovers", async () => {
    const notifications = [{ name: "team", webhook: { url: "https://hooks.example.org/x" } }];
    await start();
    await ready({ notifications });
    await untilCondition(space.api, key("paris"), "DataFresh", "True");

    processes.stale = true;
    await untilCondition(space.api, key("paris"), "DataFresh", "False", "Stale");
    await wait(1_000);
    processes.stale = false;
    await untilCondition(space.api, key("paris"), "DataFresh", "True");
    await until("both told", () => (posted.length >= 2 ? true : null), WAIT_MS);

    expect(posted.map(({ url, body: { event, source, name } }) => [url, event, source, name])).toEqual([
      ["https://hooks.example.org/x", "Stale", "paris", "paris"],
      ["https://hooks.example.org/x", "Recovered", "paris", "paris"],
    ]);
    const { items } = await space.api.list(events, { namespace: space.name });
    expect(items.map(({ reason }) => reason)).toEqual(expect.arrayContaining(["SourceStale", "SourceRecovered"]));
  });

  it("writes a recommendation and scales nothing in the mode Advise", async () => {
    await start();
    await ready({ aggregation: { autoscaling: { mode: "Advise", maxReplicas: 3 } } });

    const live = await until(
      "a recommendation",
      async () => {
        const found = await space.api.get(velibPipelineType, key("paris"));
        return statusIn(found).autoscaling === undefined ? null : found;
      },
      WAIT_MS,
    );

    expect(statusIn(live).autoscaling).toMatchObject({ currentReplicas: 1, lag: 0, reason: "RateUnknown" });
    expect(conditionIn(live, "AutoscalingReady")?.reason).toBe("Advising");
    expect(await replicas()).toMatchObject({ "paris-aggregator": 1 });
  });

  it("deletes in order with deletionPolicy Delete, and tells what is left in systems of the user's own", async () => {
    const own = await start();
    await ready({ deletionPolicy: "Delete" });
    own.writes.length = 0;

    await space.api.delete(velibPipelineType, key("paris"));
    await until(
      "gone",
      async () => ((await space.api.get(velibPipelineType, key("paris"))) === null ? true : null),
      60_000,
    );

    const deleted = own.writes.filter(({ verb }) => verb === "delete").map(({ what }) => what.split(" ")[0]);
    expect(new Set(deleted.slice(0, 4))).toEqual(new Set(["Deployment"]));
    expect(own.writes.at(-1)).toEqual({ verb: "patch", what: "VelibPipeline paris" });
    expect((await until("the event", () => eventOf("DataLeft"), WAIT_MS)).note).toContain("paris.observations");
  });

  it("says what keeps a clean-up from ending, and gives it up at its deadline", async () => {
    await start({ cleanUpDeadlineMs: 8_000 });
    await ready({ deletionPolicy: "Delete" });
    await merge(deployments, "paris-api", { metadata: { finalizers: ["example.org/stuck"] } });

    await space.api.delete(velibPipelineType, key("paris"));
    const cleaning = await until(
      "what is waited for",
      async () => {
        const live = await space.api.get(velibPipelineType, key("paris"));
        return conditionIn(live, "Reconciling")?.message.includes("Deployment paris-api") ? live : null;
      },
      WAIT_MS,
    );
    expect(conditionIn(cleaning, "Reconciling")?.reason).toBe("CleaningUp");

    await until(
      "gone",
      async () => ((await space.api.get(velibPipelineType, key("paris"))) === null ? true : null),
      60_000,
    );
    expect((await until("the event", () => eventOf("CleanUpAbandoned"), WAIT_MS)).note).toContain("paris-api");
    await merge(deployments, "paris-api", { metadata: { finalizers: null } });
  });
});
