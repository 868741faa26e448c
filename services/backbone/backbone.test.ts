import { setTimeout as sleep } from "node:timers/promises";
import { pino } from "pino";
import { expect, it } from "vitest";
import { VelibError } from "../../core/errors.ts";
import { createMetrics } from "../metrics/metrics.ts";
import { OpenConnections } from "./open-connections.ts";
import { startProbes } from "./probe-server.ts";
import { Readiness } from "./readiness.ts";
import { connect, untilDone } from "./retrying.ts";
import { runTogether } from "./run-together.ts";

const outage = () => new VelibError("VELIB_KAFKA_UNREACHABLE", "Kafka at x: no answer; start it");

function context(signal = new AbortController().signal) {
  // Without jitter the first wait of the back-off is its shortest.
  return { readiness: new Readiness(), logger: pino({ level: "silent" }), random: () => 0, signal };
}

it("tells the cause at /readyz until everything is connected, and again during an outage", async () => {
  const readiness = new Readiness();
  const probes = await startProbes({ host: "127.0.0.1", port: 0 }, createMetrics({ version: "1.2.3" }), readiness);
  const ask = async (path: string) => {
    const answer = await fetch(`${probes.url}${path}`);
    return { status: answer.status, text: await answer.text() };
  };

  const starting = await ask("/readyz");
  readiness.started();
  const started = await ask("/readyz");
  readiness.report("kafka", "Kafka at x: no answer");
  const broken = await ask("/readyz");
  const [health, metrics, other] = [await ask("/healthz"), await ask("/metrics"), await ask("/")];
  await probes.close();

  expect(starting).toMatchObject({ status: 503, text: expect.stringContaining("starting") });
  expect(started.status).toBe(200);
  expect(broken).toMatchObject({ status: 503, text: expect.stringContaining("Kafka at x: no answer") });
  expect([health.status, metrics.status, other.status]).toEqual([200, 200, 404]);
  expect(metrics.text).toContain("velib_build_info");
});

it("answers what a service adds, and 503 with the reason while that can't be asked", async () => {
  const probes = await startProbes(
    { host: "127.0.0.1", port: 0 },
    createMetrics({ version: "1.2.3" }),
    new Readiness(),
  );
  let broken = false;
  probes.answerAt("/backlog", async () => {
    if (broken) throw outage();
    return { lag: 3, groups: [] };
  });

  const answer = await fetch(`${probes.url}/backlog`);
  const body = await answer.json();
  broken = true;
  const failed = await fetch(`${probes.url}/backlog`);
  const reason = await failed.json();
  await probes.close();

  expect([answer.status, body]).toEqual([200, { lag: 3, groups: [] }]);
  expect([failed.status, reason]).toEqual([503, { error: outage().message }]);
});

it("connects once the server is there", async () => {
  const retrying = context();
  let tries = 0;

  const opened = await connect(
    "kafka",
    async () => {
      if (++tries < 2) throw outage();
      return "open";
    },
    retrying,
  );

  expect(opened).toBe("open");
  expect(tries).toBe(2);
});

it("does not wait for what only another configuration can mend", async () => {
  const wrong = new VelibError("VELIB_CONFIG_INVALID", "mongodb: missing");

  await expect(connect("mongodb", () => Promise.reject(wrong), context())).rejects.toBe(wrong);
});

it("gives up connecting when the process is stopped", async () => {
  const stop = new AbortController();
  const connecting = connect("kafka", () => Promise.reject(outage()), context(stop.signal));
  stop.abort();

  expect(await connecting).toBeNull();
});

it("begins work anew after an outage and names the cause meanwhile", async () => {
  const retrying = context();
  retrying.readiness.started();
  const causes: unknown[] = [];
  let runs = 0;

  await untilDone(async () => {
    causes.push(retrying.readiness.state());
    if (++runs === 1) throw outage();
  }, retrying);

  expect(causes).toEqual([{ ready: true }, { ready: false, cause: outage().message }]);
});

it("ends with what trying again can't mend", async () => {
  const fenced = new VelibError("VELIB_PRODUCER_FENCED", "another producer took over");

  await expect(untilDone(() => Promise.reject(fenced), context())).rejects.toBe(fenced);
});

it("stops the other services when one fails, and only then reports it", async () => {
  const ended: string[] = [];
  const waiting = async (signal: AbortSignal) => {
    await sleep(60_000, undefined, { signal }).catch(() => undefined);
    ended.push("other");
  };

  const together = runTogether([waiting, () => Promise.reject(outage())], new AbortController().signal);

  await expect(together).rejects.toMatchObject({ code: "VELIB_KAFKA_UNREACHABLE" });
  expect(ended).toEqual(["other"]);
});

it("closes every connection, also those after one that can't be closed, and says which that was", async () => {
  const lines: string[] = [];
  const connections = new OpenConnections(pino({}, { write: (line) => lines.push(line) }));
  const closed: string[] = [];
  connections.add("kafka", { close: () => Promise.reject(outage()) });
  connections.add("mongodb", { close: async () => void closed.push("mongodb") });

  await connections.close();
  await connections.close();

  expect(closed).toEqual(["mongodb"]);
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { level: 40, server: "kafka", reason: outage().message, msg: "closing failed" },
  ]);
});
