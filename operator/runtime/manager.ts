import { type ApiDiscovery, createApiDiscovery } from "./api-discovery.ts";
import type { OwnedKind } from "./apply-set.ts";
import { type Clock, wallClock } from "./clock.ts";
import { type Controller, type ControllerSettings, createController } from "./controller.ts";
import { type Fence, fencedApi } from "./fenced-api.ts";
import type { HealthCheck } from "./health-server.ts";
import type { KubeApi } from "./kube-api.ts";
import { isSameType, kindText, type LiveObject, type ResourceType } from "./kube-object.ts";
import type { LeaderElection, Leadership } from "./leader-election.ts";
import { linkSignals } from "./linked-signal.ts";
import type { ObjectStore } from "./object-store.ts";
import { createReflector, type Reflector, type ReflectorSettings } from "./reflector.ts";
import { type RuntimeLog, silentLog } from "./runtime-log.ts";
import type { RuntimeMetrics } from "./runtime-metrics.ts";

export interface ManagerSettings {
  api: KubeApi;
  metrics: RuntimeMetrics;
  /** Null: this process is the only one, and leads as long as it runs. */
  election: LeaderElection | null;
  /** Label of the leadership metric. */
  leaseName?: string;
  /** Running reconciles may take so long to end after SIGTERM; then they are aborted, ms. */
  drainMs?: number;
  clock?: Clock;
  log?: RuntimeLog;
}

/** A kind kept in a store: `OwnedKind` with the store's own type of objects. */
export interface KeptKind<T extends LiveObject> extends OwnedKind {
  store: ObjectStore<T>;
}

export interface Manager {
  /** For all writes: refused while this process does not lead. Reads pass. */
  readonly api: KubeApi;
  readonly discovery: ApiDiscovery;
  readonly metrics: RuntimeMetrics;
  /**
   * Keeps a copy of a kind, on standbys too. `optional`: the kind may be absent (a partner's CRD); its store is then
   * empty and synced, and fills once the kind is served.
   */
  keep<T extends LiveObject>(settings: KeptSettings<T>): KeptKind<T>;
  add(settings: ControllerSettings): void;
  /** Also run while this process leads, from when it does until `signal` aborts. */
  whileLeading(task: (signal: AbortSignal) => Promise<void>): void;
  /** Why the process is not at work, for `/readyz`: which kinds are not listed yet. */
  readonly ready: HealthCheck;
  readonly isLeading: boolean;
  /**
   * Runs until `stop` aborts (SIGTERM): then running reconciles end, `onDrained` is called, the lease is released. When
   * the lease is lost, controllers stop and the process is a candidate again.
   */
  run(stop: AbortSignal, onDrained?: () => Promise<void>): Promise<void>;
}

export type KeptSettings<T extends LiveObject> = Omit<ReflectorSettings<T>, "api" | "clock" | "log"> & {
  optional?: boolean;
};

interface Kept {
  type: ResourceType;
  synced(): boolean;
  run(signal: AbortSignal): Promise<void>;
}

export function createManager(settings: ManagerSettings): Manager {
  const { api, metrics, election, leaseName = "", drainMs = 20_000, clock = wallClock, log = silentLog } = settings;
  const discovery = createApiDiscovery({ api, clock, log });
  const kept: Kept[] = [];
  const controllers: Controller[] = [];
  const tasks: ((signal: AbortSignal) => Promise<void>)[] = [];
  let fence: Fence | null = null;

  function setFence(next: Fence | null): void {
    fence = next;
    metrics.leading(leaseName, next !== null);
  }

  /** Works until `stop` aborts or leadership is lost; resolves when nothing runs any more. */
  async function lead({ lost }: Fence, stop: AbortSignal): Promise<void> {
    const drain = linkSignals(stop, lost);
    const abort = linkSignals(lost);
    let cancel = () => {};
    const limitDrain = () => {
      cancel = clock.after(drainMs, () => abort.abort(new Error(`not through ${drainMs} ms after the stop`)));
    };
    drain.signal.addEventListener("abort", limitDrain);
    await Promise.all([
      ...controllers.map((controller) => controller.run(drain.signal, abort.signal)),
      ...tasks.map((task) => task(drain.signal)),
    ]);
    cancel();
    drain.unlink();
    abort.unlink();
  }

  async function leadAgainAndAgain(stop: AbortSignal, onDrained: () => Promise<void>): Promise<void> {
    while (!stop.aborted) {
      const leadership = election ? await election.acquire(stop) : soleLeadership;
      if (leadership === null) return;
      setFence(leadership);
      log.info({}, "leading");
      await lead(leadership, stop);
      if (leadership.isHeld()) await onDrained();
      await leadership.release();
      setFence(null);
      log.info({ stopping: stop.aborted }, "no longer leading");
    }
  }

  return {
    api: fencedApi(api, () => fence),
    discovery,
    metrics,
    keep({ optional = false, ...what }) {
      const reflector = createReflector({ ...what, api, clock, log });
      const { type } = what;
      if (optional) discovery.lookFor(type);
      const served = () => !optional || discovery.isServed(type);
      const run = (signal: AbortSignal) =>
        optional ? runWhileServed(discovery, type, reflector, signal) : reflector.run(signal);
      kept.push({ type, synced: () => reflector.store.synced, run });
      return {
        type,
        served,
        metadataOnly: what.metadataOnly ?? false,
        observe: reflector.observe,
        store: reflector.store,
      };
    },
    add(controller) {
      controllers.push(createController(controller, { metrics, clock, log }));
    },
    whileLeading(task) {
      tasks.push(task);
    },
    ready() {
      const missing = kept.filter(({ synced }) => !synced()).map(({ type }) => kindText(type));
      return missing.length === 0 ? null : `not listed yet: ${missing.join(", ")}`;
    },
    get isLeading() {
      return fence?.isHeld() ?? false;
    },
    async run(stop, onDrained = async () => {}) {
      const background = linkSignals();
      const reflecting = Promise.all([
        discovery.run(background.signal),
        ...kept.map(({ run }) => run(background.signal)),
      ]);
      try {
        await leadAgainAndAgain(stop, onDrained);
      } finally {
        background.abort(new Error("the process ends"));
        await reflecting;
      }
    },
  };
}

const soleLeadership: Leadership = {
  isHeld: () => true,
  lost: new AbortController().signal,
  release: async () => {},
};

/** Runs the reflector whenever the kind is served; while it is not, its store is empty, and synced as that is known. */
async function runWhileServed<T extends LiveObject>(
  discovery: ApiDiscovery,
  type: ResourceType,
  reflector: Reflector<T>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const serving = discovery.isServed(type);
    const change = linkSignals(signal);
    const unsubscribe = discovery.subscribe((changed) => {
      if (isSameType(changed, type)) change.abort(null);
    });
    if (serving) await reflector.run(change.signal);
    else await aborted(change.signal);
    unsubscribe();
    change.unlink();
    if (!signal.aborted && !discovery.isServed(type)) reflector.store.replace([]);
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
