import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { byArrondissement } from "../../core/zones/zone-rule.ts";
import { allOf } from "../../test/contracts/all-of.ts";
import { createMetrics } from "../metrics/metrics.ts";
import { hour, minute, noon, pollOf, reading, second } from "../producer/testing/polls.ts";
import type { RunContext, RunnableSource } from "../sources/runnable-source.ts";
import { EmbeddedPlatform } from "./embedded-platform.ts";
import { assertPortFree, runLocal } from "./local.ts";

let dir: string;
let platform: EmbeddedPlatform;
let stop: AbortController;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "velib-local-"));
  writeFileSync(join(dir, "index.html"), "<title>velib</title>");
  const settings = {
    windows: { lengthMs: 3 * minute, latenessMs: 30 * second },
    keyframeMs: 10 * minute,
    zoneOf: byArrondissement,
    retention: { logMs: 48 * hour, windowsMs: 35 * 24 * hour, historyMs: null },
  };
  platform = new EmbeddedPlatform(join(dir, "data"), settings, createMetrics({ version: "1.2.3" }));
  stop = new AbortController();
});

afterEach(async () => {
  await platform.close();
  rmSync(dir, { recursive: true });
});

/** A source that runs as it is told. */
function sourceThat(run: (context: RunContext) => Promise<void>): RunnableSource {
  return {
    description: {
      name: "paris",
      kind: "recording",
      description: "a test",
      attribution: { text: "nobody", licence: "CC0", url: null },
      simulated: false,
      intervalMs: minute,
    },
    holdMs: 10 * minute,
    run,
    close: async () => undefined,
  };
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
}

function start(sources: RunnableSource[], onListening: (url: string) => void = () => undefined, port = 0) {
  return runLocal({
    platform,
    sources,
    metrics: createMetrics({ version: "1.2.3" }),
    logger: pino({ level: "silent" }),
    host: "127.0.0.1",
    port,
    consoleDir: dir,
    version: "1.2.3",
    now: () => noon + hour,
    random: () => 0,
    signal: stop.signal,
    onListening,
  });
}

describe("velib local", () => {
  it("serves the API and the console, and works off what its sources sent last before it ends", async () => {
    const listening = Promise.withResolvers<string>();
    const running = start(
      [
        sourceThat(async ({ producer, lastPollAt, signal }) => {
          expect(lastPollAt).toBeNull();
          await untilAborted(signal);
          for (let n = 0; n < 10; n++) await producer.take(pollOf(noon + n * minute, [reading("1001", n, 5)]));
        }),
      ],
      listening.resolve,
    );
    const url = await listening.promise;

    const health = await fetch(`${url}/healthz`);
    const page = await (await fetch(`${url}/`)).text();
    stop.abort();
    await running;

    expect(health.status).toBe(200);
    expect(page).toContain("<title>velib</title>");
    expect(await allOf(platform.results.stationWindows({}))).toHaveLength(2);
    expect(await allOf(platform.history.polls("paris", 0, noon + hour))).toHaveLength(10);
    await expect(fetch(`${url}/healthz`)).rejects.toThrow();
  });

  it("goes on after a recording has ended", async () => {
    const ended = Promise.withResolvers<void>();
    const listening = Promise.withResolvers<string>();
    const running = start([sourceThat(async () => ended.resolve())], listening.resolve);

    const url = await listening.promise;
    await ended.promise;
    const health = await fetch(`${url}/healthz`);
    stop.abort();
    await running;

    expect(health.status).toBe(200);
  });

  it("ends with the error of a source, after the others were stopped", async () => {
    let stopped = false;
    const waiting = sourceThat(async ({ signal }) => {
      await untilAborted(signal);
      stopped = true;
    });
    const failing = sourceThat(() => Promise.reject(new Error("a mistake of ours")));

    await expect(start([waiting, failing])).rejects.toThrow("a mistake of ours");

    expect(stopped).toBe(true);
  });

  it("ends when it was told to stop before it began", async () => {
    stop.abort();

    await start([sourceThat(async ({ signal }) => expect(signal.aborted).toBe(true))]);
  });

  it("says that its port is in use", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const address = server.address();
    const port = typeof address === "object" ? (address?.port ?? 0) : 0;
    const inUse = expect.objectContaining({
      code: "VELIB_PORT_IN_USE",
      message: `--port ${port}: in use on 127.0.0.1; give another (0: any free one)`,
    });

    const [starting, asserting] = await Promise.allSettled([
      start([], undefined, port),
      assertPortFree("127.0.0.1", port),
    ]);
    server.close();

    expect(starting).toEqual({ status: "rejected", reason: inUse });
    expect(asserting).toEqual({ status: "rejected", reason: inUse });
  });

  it("finds a free port free and leaves it so", async () => {
    await assertPortFree("127.0.0.1", 0);
  });
});
