import { type Clock, pause, wallClock } from "./clock.ts";
import type { Fence } from "./fenced-api.ts";
import type { KubeApi } from "./kube-api.ts";
import { isConflict } from "./kube-api-error.ts";
import { keyText, type LiveObject, type ObjectKey } from "./kube-object.ts";
import { type LeaseSpec, leaseObject, leaseSpecOf, leaseType, microTime } from "./lease.ts";
import { linkSignals } from "./linked-signal.ts";
import { type RuntimeLog, silentLog } from "./runtime-log.ts";

export interface LeaderElectionSettings {
  /** Not fenced: the lease is what the fence hangs on. */
  api: KubeApi;
  lease: ObjectKey;
  /** Of this process alone, also after a restart: the pod's name and something random. */
  identity: string;
  fieldManager: string;
  /** Others wait this long after the last renewal they saw, ms. */
  leaseDurationMs?: number;
  /** The holder stops writing this long after it sent its last successful renewal, ms; below the lease's duration. */
  renewDeadlineMs?: number;
  retryPeriodMs?: number;
  clock?: Clock;
  random?: () => number;
  log?: RuntimeLog;
}

/** The right to write, once acquired. `lost` aborts at the renewal deadline at the latest. */
export interface Leadership extends Fence {
  /** Ends it: no write is allowed from the call on, and the lease is given up, so that another need not wait. */
  release(): Promise<void>;
}

export interface LeaderElection {
  /** Resolves with the leadership, or with null when `signal` aborts before. Survives every failure in between. */
  acquire(signal: AbortSignal): Promise<Leadership | null>;
}

interface Observed {
  resourceVersion: string;
  /** By the clock that does not jump: others' clocks may differ from ours, so their times are not used. */
  at: number;
}

/** client-go's jitter on the retry period, so that candidates do not ask all at once. */
const JITTER = 1.2;

/**
 * Election by a Lease as client-go does it (15/10/2 s): who holds the lease renews it every 2 s; who does not takes it
 * once it has not changed for 15 s. All writes carry the resourceVersion read before, so of two that take it one fails.
 */
export function createLeaderElection(settings: LeaderElectionSettings): LeaderElection {
  const { api, lease, identity, fieldManager, clock = wallClock, random = Math.random, log = silentLog } = settings;
  const { leaseDurationMs = 15_000, renewDeadlineMs = 10_000, retryPeriodMs = 2_000 } = settings;
  if (renewDeadlineMs >= leaseDurationMs) throw new Error("renewDeadlineMs must be below leaseDurationMs");
  let observed: Observed | null = null;

  function observe({ metadata: { resourceVersion } }: LiveObject): Observed {
    if (observed?.resourceVersion !== resourceVersion) observed = { resourceVersion, at: clock.now() };
    return observed;
  }

  /** The lease as we hold it now: a new term keeps count, a renewal keeps the time of acquisition. */
  function heldSpec(before: LeaseSpec | null): LeaseSpec {
    const now = microTime(clock.date());
    const ours = before?.holderIdentity === identity;
    return {
      holderIdentity: identity,
      leaseDurationSeconds: Math.ceil(leaseDurationMs / 1000),
      acquireTime: ours ? before.acquireTime : now,
      renewTime: now,
      leaseTransitions: before === null ? 0 : before.leaseTransitions + (ours ? 0 : 1),
    };
  }

  function write(version: string, spec: LeaseSpec, signal: AbortSignal): Promise<LiveObject> {
    return api.patch(
      leaseType,
      lease,
      { merge: { metadata: { resourceVersion: version }, spec } },
      { fieldManager, signal },
    );
  }

  /** Tries once to get or keep the lease: true when it is ours. */
  async function tryOnce(signal: AbortSignal): Promise<boolean> {
    const live = await api.get(leaseType, lease, { signal });
    if (live === null) {
      observe(await api.create(leaseType, leaseObject(lease, heldSpec(null)), { fieldManager, signal }));
      return true;
    }
    const spec = leaseSpecOf(live);
    const { at } = observe(live);
    const heldByOther = spec.holderIdentity !== "" && spec.holderIdentity !== identity;
    if (heldByOther && clock.now() < at + Math.max(leaseDurationMs, spec.leaseDurationSeconds * 1000)) return false;
    observe(await write(live.metadata.resourceVersion, heldSpec(spec), signal));
    return true;
  }

  /** As `tryOnce`, with a time limit; a failure counts as "not now". */
  async function attempt(signal: AbortSignal, limitMs: number): Promise<boolean> {
    const limit = linkSignals(signal);
    const cancel = clock.after(limitMs, () => limit.abort(new Error(`no answer in ${limitMs} ms`)));
    try {
      return await tryOnce(limit.signal);
    } catch (error) {
      if (!signal.aborted && !isConflict(error)) {
        log.warn({ lease: keyText(lease), error: String(error) }, "the lease can't be read or written");
      }
      return false;
    } finally {
      cancel();
      limit.unlink();
    }
  }

  function lead(sentAt: number): Leadership {
    const lost = new AbortController();
    let heldUntil = sentAt + renewDeadlineMs;
    let cancel = () => {};
    const stop = (why: string) => {
      heldUntil = Number.NEGATIVE_INFINITY;
      cancel();
      lost.abort(new Error(why));
    };
    // apart from the renewals, which may hang
    const guard = () => {
      cancel();
      cancel = clock.after(heldUntil - clock.now(), () => stop("the lease was not renewed in time"));
    };

    async function renew(): Promise<void> {
      while (!lost.signal.aborted) {
        await pause(clock, retryPeriodMs, lost.signal);
        if (lost.signal.aborted) return;
        const renewedAt = clock.now();
        const kept = await attempt(lost.signal, Math.max(retryPeriodMs, renewDeadlineMs / 2));
        if (lost.signal.aborted) return;
        if (kept) {
          heldUntil = renewedAt + renewDeadlineMs;
          guard();
        } else if (await takenByOther()) {
          stop("another process took the lease");
        }
      }
    }

    /** A failed renewal is tried again until the deadline, except when the lease is gone for sure. */
    async function takenByOther(): Promise<boolean> {
      try {
        const live = await api.get(leaseType, lease, { signal: lost.signal });
        const holder = live && leaseSpecOf(live).holderIdentity;
        return Boolean(holder) && holder !== identity;
      } catch {
        return false;
      }
    }

    guard();
    const renewing = renew();
    return {
      lost: lost.signal,
      isHeld: () => clock.now() < heldUntil,
      async release() {
        const held = clock.now() < heldUntil;
        stop("the lease was released");
        await renewing;
        if (held) await giveUp();
      },
    };
  }

  async function giveUp(): Promise<void> {
    const limit = new AbortController();
    const cancel = clock.after(retryPeriodMs, () => limit.abort(new Error("no answer")));
    try {
      const live = await api.get(leaseType, lease, { signal: limit.signal });
      const spec = live && leaseSpecOf(live);
      if (spec?.holderIdentity !== identity) return;
      const given = { ...spec, holderIdentity: "", leaseDurationSeconds: 1, renewTime: microTime(clock.date()) };
      await write(live?.metadata.resourceVersion ?? "", given, limit.signal);
    } catch (error) {
      log.info({ lease: keyText(lease), error: String(error) }, "the lease was not given up; it runs out by itself");
    } finally {
      cancel();
    }
  }

  return {
    async acquire(signal) {
      while (!signal.aborted) {
        const sentAt = clock.now();
        if ((await attempt(signal, renewDeadlineMs)) && !signal.aborted) return lead(sentAt);
        await pause(clock, retryPeriodMs * (1 + random() * (JITTER - 1)), signal);
      }
      return null;
    },
  };
}
