import { describe, expect, it } from "vitest";
import { fencedApi } from "./fenced-api.ts";
import type { KubeApi } from "./kube-api.ts";
import { KubeApiError } from "./kube-api-error.ts";
import type { LiveObject } from "./kube-object.ts";
import { createLeaderElection, type Leadership } from "./leader-election.ts";
import { type LeaseSpec, leaseObject, leaseSpecOf, leaseType, microTime } from "./lease.ts";
import { type FakeClock, fakeClock } from "./testing/fake-clock.ts";
import { scriptedApi } from "./testing/scripted-api.ts";

const lease = { namespace: "city", name: "operator" };
const never = new AbortController().signal;

/** The lease on a server: writes need the version that was read last, as the API server wants it. */
function leaseServer() {
  let live: LiveObject | null = null;
  let version = 0;
  let down = false;
  const store = (spec: LeaseSpec): LiveObject => {
    const { metadata, ...object } = leaseObject(lease, spec);
    live = { ...object, metadata: { ...metadata, uid: "u", resourceVersion: String(++version) } };
    return live;
  };
  const error = (status: number, reason: string) =>
    new KubeApiError({ status, reason, message: reason, retryable: true });
  const check = () => {
    if (down) throw error(0, "Unreachable");
  };
  const api = scriptedApi({
    async get() {
      check();
      return live;
    },
    async create(_type, object) {
      check();
      if (live !== null) throw error(409, "AlreadyExists");
      return store(leaseSpecOf({ ...object, metadata: { ...object.metadata, uid: "u", resourceVersion: "0" } }));
    },
    async patch(_type, _key, patch) {
      check();
      const merge = "merge" in patch ? patch.merge : {};
      const changed = { ...live, ...merge };
      if (live === null || JSON.stringify(merge).indexOf(`"${live.metadata.resourceVersion}"`) < 0) {
        throw error(409, "Conflict");
      }
      return store(leaseSpecOf({ ...live, ...changed, metadata: live.metadata }));
    },
  });
  return {
    api,
    spec: () => (live === null ? null : leaseSpecOf(live)),
    setDown: (value: boolean) => {
      down = value;
    },
  };
}

function candidate(api: KubeApi, clock: FakeClock, identity: string) {
  return createLeaderElection({ api, lease, identity, fieldManager: "test", clock, random: () => 0.5 });
}

/** Goes on until the promise is settled, and gives when that was. */
async function when<T>(clock: FakeClock, promise: Promise<T>): Promise<{ value: T; at: number }> {
  let result: { value: T; at: number } | null = null;
  promise.then((value) => {
    result = { value, at: clock.now() };
  });
  for (let step = 0; step < 600 && result === null; step++) await clock.advance(100);
  if (result === null) throw new Error("not settled in a minute");
  return result;
}

async function leading(clock: FakeClock, api: KubeApi, identity: string): Promise<Leadership> {
  const { value } = await when(clock, candidate(api, clock, identity).acquire(never));
  if (value === null) throw new Error("not elected");
  return value;
}

describe("leader election", () => {
  it("renews every two seconds", async () => {
    const clock = fakeClock();
    const server = leaseServer();
    const leader = await leading(clock, server.api, "a");

    await clock.advance(6_000);

    expect(server.spec()?.renewTime).toBe("2026-01-05T12:00:06.000000Z");
    expect(leader.isHeld()).toBe(true);
    await leader.release();
  });

  it("stops ten seconds after the last renewal, five before the lease may be taken", async () => {
    const clock = fakeClock();
    const server = leaseServer();
    const leader = await leading(clock, server.api, "a");
    const lostAt = new Promise<number>((resolve) => {
      leader.lost.addEventListener("abort", () => resolve(clock.now()));
    });
    const rival = candidate(server.api, clock, "b").acquire(never);
    await clock.advance(4_000);
    const renewedAt = clock.now() - (clock.now() % 2_000);
    server.setDown(true);
    await clock.advance(11_000);
    server.setDown(false);

    const { at } = await when(clock, rival);

    expect((await lostAt) - renewedAt).toBeLessThanOrEqual(10_000);
    expect(at - renewedAt).toBeGreaterThanOrEqual(15_000);
    expect(leader.isHeld()).toBe(false);
    expect(server.spec()).toMatchObject({ holderIdentity: "b", leaseTransitions: 1 });
  });

  it("lets a process that was suspended write nothing when it wakes up, before any timer fires", async () => {
    const clock = fakeClock();
    const leader = await leading(clock, leaseServer().api, "a");
    let sent = 0;
    const api = fencedApi(scriptedApi({ delete: async () => ++sent > 0 }), () => leader);
    await api.delete(leaseType, lease);

    clock.jump(10_000);

    expect(leader.lost.aborted, "nothing told it").toBe(false);
    await expect(api.delete(leaseType, lease)).rejects.toMatchObject({ reason: "NotLeading" });
    expect(sent).toBe(1);
  });

  it("does not trust the clocks of others: a lease renewed long ago by its own words is waited for all the same", async () => {
    const clock = fakeClock();
    const server = leaseServer();
    const slow = fakeClock(Date.UTC(2001, 0, 1));
    await leading(slow, server.api, "a");

    const { at } = await when(clock, candidate(server.api, clock, "b").acquire(never));

    expect(at).toBeGreaterThanOrEqual(15_000);
  });

  it("takes a lease that was given up without waiting, and counts the transition", async () => {
    const clock = fakeClock();
    const server = leaseServer();
    const first = await leading(clock, server.api, "a");

    await first.release();

    expect(server.spec()).toMatchObject({ holderIdentity: "", leaseDurationSeconds: 1 });
    const releasedAt = clock.now();
    const { at } = await when(clock, candidate(server.api, clock, "b").acquire(never));
    expect(at).toBe(releasedAt);
    expect(server.spec()).toMatchObject({ holderIdentity: "b", leaseTransitions: 1 });
  });

  it("does not give up a lease that it no longer holds", async () => {
    const clock = fakeClock();
    const server = leaseServer();
    const leader = await leading(clock, server.api, "a");
    clock.jump(11_000);

    await leader.release();

    expect(server.spec()?.holderIdentity).toBe("a");
  });

  it("ends without a lease when it is called off", async () => {
    const clock = fakeClock();
    const server = leaseServer();
    await leading(clock, server.api, "a");
    const ending = new AbortController();
    const acquiring = candidate(server.api, clock, "b").acquire(ending.signal);
    await clock.advance(3_000);

    ending.abort();

    expect(await acquiring).toBeNull();
  });

  it("refuses a deadline that is not below the duration: two could lead", () => {
    const settings = { api: scriptedApi({}), lease, identity: "a", fieldManager: "test" };

    expect(() => createLeaderElection({ ...settings, leaseDurationMs: 10_000, renewDeadlineMs: 10_000 })).toThrow(
      "renewDeadlineMs must be below",
    );
  });

  it("writes times with six digits of the second", () => {
    expect(microTime(Date.UTC(2026, 0, 5, 12, 0, 0, 7))).toBe("2026-01-05T12:00:00.007000Z");
  });
});
