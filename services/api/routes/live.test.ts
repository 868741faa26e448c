import { afterEach, expect, it, vi } from "vitest";
import { openEventStream } from "../testing/event-reader.ts";
import type { City } from "../testing/small-city.ts";
import { content, minute, noon, openCity, sourceState, stationState } from "../testing/small-city.ts";

/** The timer never fires by itself: looks happen when a test says so. */
const byHand = { intervalMs: 24 * 60 * minute };

let city: City;
const streams: { close: () => void }[] = [];
afterEach(async () => {
  for (const stream of streams.splice(0)) stream.close();
  await city.close();
});

async function start(live: NonNullable<Parameters<typeof openCity>[0]>["live"] = {}) {
  city = openCity({ live: { ...byHand, ...live } });
  await city.commit({
    sources: [sourceState("paris")],
    stations: [stationState("paris", "1"), stationState("paris", "2")],
  });
  return city.app.listen({ port: 0, host: "127.0.0.1" });
}

async function follow(origin: string, headers: Record<string, string> = {}) {
  const stream = await openEventStream(`${origin}/v1/live`, headers);
  streams.push(stream);
  return stream;
}

/** A poll 20 seconds later, in which these stations changed. */
async function poll(...stations: ReturnType<typeof stationState>[]) {
  city.clock.now += 20_000;
  await city.commit({ sources: [sourceState("paris", { lastPollAt: city.clock.now })], stations });
  await city.app.liveFeed.notify();
}

it("starts with a reconnection time and the full state", async () => {
  const stream = await follow(await start());

  const retry = await stream.next();
  const state = await stream.next();

  expect(stream.response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
  expect(stream.response.headers.get("access-control-allow-origin")).toBe("*");
  expect(stream.response.headers.get("cache-control")).toBe("no-store");
  expect(retry).toEqual({ retry: 3000 });
  expect(state?.event).toBe("state");
  expect(state?.data?.stations.map((one) => one.station)).toEqual(["1", "2"]);
  expect(state?.data?.sources[0]).toMatchObject({ name: "paris", freshness: { stale: false } });
});

it("shows stations and sources as the other routes do", async () => {
  const origin = await start();
  const stream = await follow(origin);

  const state = await stream.nextEvent();
  const stations = await city.app.inject("/v1/stations");
  const sources = await city.app.inject("/v1/sources");

  expect(state?.data?.stations).toEqual(stations.json().stations);
  expect(state?.data?.sources).toEqual(sources.json().sources);
});

it("sends only the stations that moved, with growing ids", async () => {
  const stream = await follow(await start());
  const state = await stream.nextEvent();

  await poll(stationState("paris", "2", { content: content({ bikes: 4, mechanical: 3 }) }));
  const changes = await stream.nextEvent();

  expect(changes?.event).toBe("changes");
  expect(changes?.id).toBeGreaterThan(state?.id ?? Number.POSITIVE_INFINITY);
  expect(changes?.data?.stations).toHaveLength(1);
  expect(changes?.data?.stations[0]).toMatchObject({ station: "2", bikes: 4 });
  expect(changes?.data?.sources).toHaveLength(1);
});

it("sends the source alone after a poll in which nothing moved", async () => {
  const stream = await follow(await start());
  await stream.nextEvent();

  await poll();
  const changes = await stream.nextEvent();

  expect(changes?.data?.stations).toEqual([]);
  expect(changes?.data?.sources[0]).toMatchObject({ last_poll_at: "2024-11-08T12:00:20.000Z" });
});

it("sends all stations as unknown when the polls stop, though no result moved", async () => {
  const stream = await follow(await start({ fullMs: 60 * minute }));
  await stream.nextEvent();

  city.clock.now = noon + 10 * minute;
  await city.app.liveFeed.notify();
  const changes = await stream.nextEvent();

  expect(changes?.event).toBe("changes");
  expect(changes?.data?.sources[0]).toMatchObject({ freshness: { stale: true, cause: "polls_stopped" } });
  expect(changes?.data?.stations.map((one) => [one.status, one.bikes])).toEqual([
    ["unknown", null],
    ["unknown", null],
  ]);
});

it("repeats the full state every minute", async () => {
  const stream = await follow(await start());
  const events = [(await stream.nextEvent())?.event];

  for (let polls = 0; polls < 4; polls++) {
    await poll();
    events.push((await stream.nextEvent())?.event);
  }

  expect(events).toEqual(["state", "changes", "changes", "state", "changes"]);
});

it("answers a resumed stream with the full state", async () => {
  const stream = await follow(await start(), { "last-event-id": "12345" });

  const state = await stream.nextEvent();

  expect(state?.event).toBe("state");
  expect(state?.data?.stations).toHaveLength(2);
});

it("gives who joins later the state as the others know it", async () => {
  const origin = await start();
  const first = await follow(origin);
  await first.nextEvent();
  await poll(stationState("paris", "2", { content: content({ bikes: 9 }) }));
  await first.nextEvent();

  const second = await follow(origin);

  expect((await second.nextEvent())?.data?.stations[1]).toMatchObject({ station: "2", bikes: 9 });
  await poll(stationState("paris", "1", { content: content({ bikes: 8 }) }));
  expect(await second.nextEvent()).toEqual(await first.nextEvent());
});

it("breaks a silence with a comment", async () => {
  const stream = await follow(await start());
  await stream.nextEvent();

  city.clock.now += 15_000;
  await city.app.liveFeed.notify();

  expect(await stream.nextEvent()).toEqual({ comment: "still here" });
});

it("reads nothing while nobody follows", async () => {
  await start();
  const sources = vi.spyOn(city.results, "sources");

  await city.app.liveFeed.notify();

  expect(sources).not.toHaveBeenCalled();
});

it("reads the stations once a poll, however many follow", async () => {
  const origin = await start();
  const first = await follow(origin);
  const second = await follow(origin);
  await first.nextEvent();
  await second.nextEvent();
  const stations = vi.spyOn(city.results, "stations");

  await poll();
  await city.app.liveFeed.notify();

  expect(stations).toHaveBeenCalledTimes(1);
});

it("refuses more clients than allowed and says when to come back", async () => {
  const origin = await start({ maxClients: 1 });
  const first = await follow(origin);
  await first.nextEvent();

  const refused = await fetch(`${origin}/v1/live`);

  expect(refused.status).toBe(503);
  expect(refused.headers.get("retry-after")).toBe("10");
  expect(await refused.json()).toMatchObject({ error: { code: "live_full" } });
});

it("goes on after the results could not be read", async () => {
  const stream = await follow(await start());
  await stream.nextEvent();
  vi.spyOn(city.results, "sources").mockRejectedValueOnce(new Error("the store is away"));

  await poll(stationState("paris", "1", { content: content({ bikes: 5 }) }));
  await city.app.liveFeed.notify();

  expect((await stream.nextEvent())?.data?.stations[0]).toMatchObject({ station: "1", bikes: 5 });
});

it("ends the streams when the service closes, and counts its clients", async () => {
  const stream = await follow(await start());
  await stream.nextEvent();
  const during = await city.metrics.registry.metrics();

  await city.app.close();

  expect(await stream.next()).toBeNull();
  expect(during).toContain("velib_live_clients 1\n");
  expect(during).toContain('velib_http_requests_total{method="GET",route="/v1/live",status="200"} 1\n');
  expect(await city.metrics.registry.metrics()).toContain("velib_live_clients 0\n");
});
