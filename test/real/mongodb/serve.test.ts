import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { stringify } from "yaml";
import { startVelib, type VelibProcess } from "../../e2e/velib-process.ts";
import { openTcpProxy, type TcpProxy } from "../../testbed/faults/tcp-proxy.ts";
import { freePort } from "../free-port.ts";
import { describeReal } from "../servers.ts";
import { commitOf, freshDatabase, openResults } from "./fixtures.ts";

describeReal("velib serve while MongoDB comes and goes", ["mongodb"], ({ mongodb }) => {
  let dir: string;
  let proxy: TcpProxy;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "velib-serve-"));
    const { hostname, port } = new URL(mongodb);
    proxy = await openTcpProxy(0, { host: hostname, port: Number(port) });
  });

  afterAll(async () => {
    await proxy.close();
    await rm(dir, { recursive: true });
  });

  /** `velib serve` behind the proxy, beside a Kafka that is not there. */
  async function serve(): Promise<{ served: VelibProcess; origin: string }> {
    const database = freshDatabase(mongodb);
    const results = await openResults({ uri: mongodb, database });
    await results.commit(commitOf());
    const port = await freePort();
    const config = join(dir, "pipeline.yaml");
    const uri = `mongodb://127.0.0.1:${proxy.port}/?directConnection=true&serverSelectionTimeoutMS=1000`;
    const kafka = { bootstrapServers: [`127.0.0.1:${await freePort()}`] };
    const sources = [{ name: "paris", url: { address: "http://127.0.0.1:1/gbfs.json" } }];
    await writeFile(
      config,
      stringify({ pipeline: "served", http: { port }, sources, kafka, mongodb: { uri, database } }),
    );
    return { served: startVelib(["serve", "--config", config]), origin: `http://127.0.0.1:${port}` };
  }

  it("answers probes from the start, and the rest whenever MongoDB is there", async () => {
    await proxy.refuse();
    const { served, origin } = await serve();
    await using process = served;
    const statusOf = async (path: string) => (await fetch(`${origin}${path}`)).status;
    const until = (path: string, status: number) =>
      vi.waitFor(async () => expect(await statusOf(path)).toBe(status), { timeout: 40_000, interval: 100 });
    const statuses = async () => {
      const paths = ["/healthz", "/readyz", "/metrics", "/v1/stations", "/v1/live", "/v1/dead-letters"];
      return Object.fromEntries(await Promise.all(paths.map(async (path) => [path, await statusOf(path)] as const)));
    };
    const away = { "/healthz": 200, "/readyz": 503, "/metrics": 200, "/v1/stations": 503, "/v1/dead-letters": 503 };

    await until("/healthz", 200);
    const starting = await statuses();
    await vi.waitFor(async () => expect(await (await fetch(`${origin}/readyz`)).text()).toContain("MongoDB at 127"), {
      timeout: 40_000,
    });
    await proxy.heal();
    await until("/readyz", 200);
    const [there, letters] = [await statusOf("/v1/stations"), await statusOf("/v1/dead-letters")];
    await proxy.refuse();
    await until("/readyz", 503);
    const gone = await statuses();
    await proxy.heal();
    await until("/readyz", 200);
    const back = await statusOf("/v1/stations");
    const { code } = await process.stop("SIGTERM");

    expect(starting).toEqual({ ...away, "/v1/live": 503 });
    expect([there, letters]).toEqual([200, 503]);
    expect(gone).toEqual({ ...away, "/v1/live": 503 });
    expect(back).toBe(200);
    expect(code).toBe(0);
  });
});
