import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { byArrondissement } from "../../core/zones/zone-rule.ts";
import { allOf } from "../../test/contracts/all-of.ts";
import { createMetrics } from "../metrics/metrics.ts";
import { hour, minute, noon, pollOf, reading, second } from "../producer/testing/polls.ts";
import type { EmbeddedSettings } from "./embedded-platform.ts";
import { EmbeddedPlatform } from "./embedded-platform.ts";

const day = 24 * hour;
const always = Number.MAX_SAFE_INTEGER;

let dir: string;
let platform: EmbeddedPlatform;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "velib-platform-"));
  platform = open();
});

afterEach(async () => {
  await platform.close();
  rmSync(dir, { recursive: true });
});

function open(retention: Partial<EmbeddedSettings["retention"]> = {}, lengthMs = 3 * minute): EmbeddedPlatform {
  const settings = {
    windows: { lengthMs, latenessMs: 30 * second },
    keyframeMs: 10 * minute,
    zoneOf: byArrondissement,
    retention: { logMs: 2 * day, windowsMs: 35 * day, historyMs: null, ...retention },
  };
  return new EmbeddedPlatform(dir, settings, createMetrics({ version: "1.2.3" }));
}

async function reopen(retention: Partial<EmbeddedSettings["retention"]> = {}): Promise<void> {
  await platform.close();
  platform = open(retention);
}

/** Takes polls of two stations, every ten minutes from hour to hour after noon; their bikes count the hours. */
async function produce(source: string, fromHour: number, toHour: number): Promise<void> {
  const { producer } = await platform.producer(source, 20 * minute);
  for (let at = noon + fromHour * hour; at < noon + toHour * hour; at += 10 * minute) {
    const hours = Math.floor((at - noon) / hour);
    await producer.take(pollOf(at, [reading("1001", hours, 5), reading("1002", 2, 8)]));
  }
}

async function hoursOfWindows(source: string): Promise<number[]> {
  const windows = await allOf(platform.results.stationWindows({ source, id: "1001" }));
  return [...new Set(windows.map(({ start }) => Math.floor((start - noon) / hour)))];
}

async function hoursOfHistory(source: string): Promise<number[]> {
  const rows = await allOf(platform.history.station(source, "1001", 0, always));
  return [...new Set(rows.map(({ at }) => Math.floor((at - noon) / hour)))];
}

describe("an embedded platform", () => {
  it("refuses other windows than the data dir has, and can be opened with the same ones then", async () => {
    await platform.close();

    expect(() => open({}, 5 * minute)).toThrow(expect.objectContaining({ code: "VELIB_DATA_DIR_SETTING" }));

    platform = open();
  });

  it("follows the log until it is told to stop, and catches up the next time", async () => {
    const stop = new AbortController();
    const following = platform.follow(stop.signal);
    await produce("paris", 0, 1);
    await vi.waitUntil(async () => (await platform.results.sources()).length === 1, { timeout: 5000 });
    stop.abort();
    await following;
    await produce("paris", 1, 3);
    await reopen();

    await platform.catchUp();

    expect(await hoursOfWindows("paris")).toEqual([0, 1, 2]);
    expect(await hoursOfHistory("paris")).toEqual([0, 1, 2]);
  });

  it("can be closed while it follows the log", async () => {
    const following = platform.follow(new AbortController().signal);
    await produce("paris", 0, 1);

    await platform.close();
    await following;

    platform = open();
    await platform.catchUp();
    expect(await hoursOfHistory("paris")).toEqual([0]);
  });

  it("stops archiving when aggregating fails, with the error of that", async () => {
    vi.spyOn(platform.results, "commit").mockRejectedValue(new Error("no room"));
    const consume = vi.spyOn(platform.log, "consume");
    const following = platform.follow(new AbortController().signal);
    await produce("paris", 0, 1);

    await expect(following).rejects.toThrow("no room");

    expect(consume.mock.settledResults.map(({ type }) => type)).toEqual(["rejected", "fulfilled"]);
  });
});

describe("retention", () => {
  it("drops windows behind their source's newest poll, in event time", async () => {
    await reopen({ windowsMs: 2 * hour });
    await produce("paris", 0, 6);
    await produce("oslo", 0, 1);

    await platform.catchUp();

    // The newest poll of paris is at 17:50: the hours before 17:00 − 2 h are gone.
    expect(await hoursOfWindows("paris")).toEqual([3, 4, 5]);
    expect(await hoursOfWindows("oslo")).toEqual([0]);
    expect(await hoursOfHistory("paris")).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it("drops history only when it is told to", async () => {
    await reopen({ historyMs: 3 * hour });
    await produce("paris", 0, 6);

    await platform.catchUp();

    expect(await hoursOfHistory("paris")).toEqual([2, 3, 4, 5]);
    expect((await allOf(platform.history.polls("paris", 0, always))).length).toBe(4 * 6);
    expect(await hoursOfWindows("paris")).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it("drops what a shortened retention makes too old, however much it is", async () => {
    await produce("paris", 0, 40);
    await platform.catchUp();
    const before = await hoursOfWindows("paris");

    await reopen({ windowsMs: hour, historyMs: hour });
    await platform.catchUp();

    expect(before).toHaveLength(40);
    expect(await hoursOfWindows("paris")).toEqual([38, 39]);
    expect(await hoursOfHistory("paris")).toEqual([38, 39]);
  });

  it("leaves the same windows whether they were followed or caught up with", async () => {
    const kept: unknown[] = [];
    for (const step of [1, 4, 12]) {
      await reopen({ windowsMs: 2 * hour });
      const source = `paris-${step}`;
      for (let from = 0; from < 12; from += step) {
        await produce(source, from, from + step);
        await platform.catchUp();
      }
      const windows = await allOf(platform.results.stationWindows({ source }));
      kept.push(windows.map((window) => ({ ...window, source: "paris" })));
    }

    expect(kept[1]).toEqual(kept[0]);
    expect(kept[2]).toEqual(kept[0]);
  });

  it("shortens the log to what is durable elsewhere and a producer resumes from", async () => {
    await reopen({ logMs: hour });
    await produce("paris", 0, 6);
    await platform.catchUp();

    const tail = await platform.log.tail("paris", day);
    await reopen({ logMs: hour });
    const { producer, lastPollAt } = await platform.producer("paris", 20 * minute);
    const outcome = await producer.take(pollOf(noon + 6 * hour, [reading("1001", 5, 5), reading("1002", 2, 8)]));

    expect(tail.records.every(({ at }) => at >= noon + 4 * hour)).toBe(true);
    expect(lastPollAt).toBe(noon + 6 * hour - 10 * minute);
    expect(outcome.changes).toBe(0);
  });
});
