import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished, vi } from "vitest";
import { stringify } from "yaml";
import { startVelib } from "../../e2e/velib-process.ts";
import { serverOf } from "../../testbed/faults/server.ts";
import { addressOf } from "../../testbed/faults/testbed.ts";
import { freePort } from "../free-port.ts";
import { describeWithOwnTestbed } from "../own-testbed.ts";

describeWithOwnTestbed(
  "a producer between two polls",
  { services: ["kafka"], portShift: 2100, kafkaSessionMs: 3_000 },
  (own) => {
    it("is not ready while Kafka is gone, names it, and is ready again with it", async () => {
      const dir = await mkdtemp(join(tmpdir(), "velib-idle-"));
      onTestFinished(() => rm(dir, { recursive: true }));
      const [path, port] = [join(dir, "pipeline.yaml"), await freePort()];
      const brokers = addressOf(own(), "TEST_KAFKA_BROKERS").split(",");
      const sources = [{ name: "paris", simulator: { stations: 10 }, interval: "1h" }];
      await writeFile(
        path,
        stringify({ pipeline: "idle", http: { port }, sources, kafka: { bootstrapServers: brokers } }),
      );
      await using produce = startVelib(["produce", "--config", path]);
      const polls = async () => {
        const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
        return Number(/velib_polls_total\{.*"counted"\} (\d+)/.exec(metrics)?.[1] ?? 0);
      };
      const state = async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).json();
      const until = (look: () => Promise<void>) => vi.waitFor(look, { timeout: 40_000, interval: 100 });
      // The city's past comes first, poll after poll.
      let seen = 0;
      await vi.waitFor(
        async () => {
          const before = seen;
          seen = await polls();
          expect([seen > 0, seen]).toEqual([true, before]);
        },
        { timeout: 40_000, interval: 500 },
      );
      const broker = serverOf(own().runDir, "kafka");

      await broker.kill();
      await until(async () => expect(await state()).toMatchObject({ ready: false }));
      const gone = await state();
      await broker.restart();
      await until(async () => expect(await state()).toEqual({ ready: true }));

      expect(gone).toEqual({ ready: false, cause: expect.stringMatching(/^Kafka at .*; check the address/) });
      expect(await produce.stop("SIGTERM")).toMatchObject({ code: 0 });
    });
  },
);
