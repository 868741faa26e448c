import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished, vi } from "vitest";
import { stringify } from "yaml";
import { uniqueName } from "../../contracts/opened.ts";
import { startVelib } from "../../e2e/velib-process.ts";
import { openTcpProxy } from "../../testbed/faults/tcp-proxy.ts";
import { freePort } from "../free-port.ts";
import { dropTopics } from "../kafka/kafka-pipeline.ts";
import { describeReal } from "../servers.ts";

describeReal("a producer whose schema registry is gone", ["kafka", "registry"], ({ kafka, registry }) => {
  it("is not ready and names it in one line, and goes on once it answers", async () => {
    const dir = await mkdtemp(join(tmpdir(), "velib-registry-"));
    onTestFinished(() => rm(dir, { recursive: true }));
    const pipeline = uniqueName("registry").replaceAll("_", "-");
    onTestFinished(() => dropTopics(kafka, pipeline));
    const url = new URL(registry);
    const proxy = await openTcpProxy(0, { host: url.hostname, port: Number(url.port) });
    onTestFinished(() => proxy.close());
    url.host = `127.0.0.1:${proxy.port}`;
    await proxy.refuse();
    const [path, port] = [join(dir, "pipeline.yaml"), await freePort()];
    const config = {
      pipeline,
      http: { port },
      kafka: { bootstrapServers: kafka },
      schemaRegistry: { url: url.href },
      sources: [{ name: "paris", simulator: { stations: 10 } }],
    };
    await writeFile(path, stringify(config));
    await using produce = startVelib(["produce", "--config", path]);
    const state = async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).json();
    const polls = async () => {
      const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      return Number(/velib_polls_total\{.*"counted"\} (\d+)/.exec(metrics)?.[1] ?? 0);
    };
    const until = (look: () => Promise<void>) => vi.waitFor(look, { timeout: 60_000, interval: 200 });
    const cause = expect.stringMatching(
      /^schema registry http[^\n]* does not answer [^\n]*; check schemaRegistry\.url/,
    );

    await until(async () => expect(await state()).toEqual({ ready: false, cause }));
    const before = await polls();
    await proxy.heal();
    await until(async () => expect(await state()).toEqual({ ready: true }));
    await until(async () => expect(await polls()).toBeGreaterThan(0));

    expect(before).toBe(0);
    expect(await produce.stop("SIGTERM")).toMatchObject({ code: 0 });
  }, 180_000);
});
