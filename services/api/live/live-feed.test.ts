import { expect, it } from "vitest";
import type { ResultStore } from "../../../core/ports/result-store.ts";
import { minute, noon, sourceState, stationState } from "../testing/small-city.ts";
import type { LiveClient } from "./live-feed.ts";
import { LiveFeed } from "./live-feed.ts";

const options = { intervalMs: 24 * 60 * minute, maxBufferBytes: 1_000 };

function openFeed() {
  const clock = { now: noon };
  const held: (() => void)[] = [];
  let holding = false;
  const results: Pick<ResultStore, "sources" | "stations"> = {
    async sources() {
      if (holding) await new Promise<void>((resume) => held.push(resume));
      return [sourceState("paris", { lastPollAt: clock.now })];
    },
    stations: async () => [stationState("paris", "1")],
  };
  const counts: number[] = [];
  const feed = new LiveFeed(
    {
      results,
      sources: [],
      now: () => clock.now,
      onClients: (count) => counts.push(count),
      onError: (error) => expect.unreachable(String(error)),
    },
    options,
  );
  return {
    feed,
    clock,
    counts,
    hold() {
      holding = true;
    },
    resume() {
      holding = false;
      for (const one of held.splice(0)) one();
    },
  };
}

function openClient() {
  const events: string[] = [];
  const client: LiveClient & { waitingBytes: number; dropped: boolean } = {
    waitingBytes: 0,
    dropped: false,
    write(text: string) {
      const name = /^event: (\w+)/.exec(text)?.[1];
      if (name !== undefined) events.push(name);
    },
    end() {},
    drop() {
      client.dropped = true;
    },
  };
  return { client, events };
}

it("drops a client that does not take what it was sent, and keeps the others", async () => {
  const { feed, clock, counts } = openFeed();
  const slow = openClient();
  const quick = openClient();
  await feed.join(slow.client);
  await feed.join(quick.client);

  slow.client.waitingBytes = 1_001;
  clock.now += 1;
  await feed.notify();
  feed.close();

  expect(slow.client.dropped).toBe(true);
  expect(slow.events).toEqual(["state"]);
  expect(quick.events).toEqual(["state", "changes"]);
  expect(counts).toEqual([1, 2, 1, 0]);
});

it("gives who joins during a look for those who left a state before any change", async () => {
  const { feed, clock, hold, resume } = openFeed();
  const gone = openClient();
  await feed.join(gone.client);
  const late = openClient();

  hold();
  clock.now += 1;
  const look = feed.notify();
  feed.leave(gone.client);
  const joined = feed.join(late.client);
  resume();
  await Promise.all([look, joined]);
  feed.close();

  expect(late.events[0]).toBe("state");
});

it("turns away who joins after it was closed", async () => {
  const { feed, counts } = openFeed();
  const late = openClient();

  feed.close();
  await feed.join(late.client);

  expect(late.events).toEqual([]);
  expect(counts).toEqual([]);
});
