import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { stringify } from "yaml";
import { VelibError } from "../../core/errors.ts";
import { runService, type ServiceContext } from "./run-service.ts";

async function run(work: (context: ServiceContext) => Promise<void>): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), "velib-service-"));
  onTestFinished(() => rm(dir, { recursive: true }));
  const config = join(dir, "pipeline.yaml");
  await writeFile(
    config,
    stringify({ pipeline: "paris", http: { port: 0 }, kafka: { bootstrapServers: ["127.0.0.1:9"] } }),
  );
  await runService("aggregate", { config, logLevel: "silent" }, work);
}

/** Servers that tell which of their connections are open. */
function servers() {
  const open = new Set<string>();
  const opening = (server: string) => async () => {
    open.add(server);
    return { close: async () => void open.delete(server) };
  };
  return { open, opening };
}

it("closes what was opened when the next server's opening can't be mended by trying again", async () => {
  const { open, opening } = servers();
  const wrong = new VelibError("VELIB_CONFIG_INVALID", "kafka: missing");

  const running = run(async ({ connect }) => {
    await connect("mongodb", opening("mongodb"));
    await connect("kafka", () => Promise.reject(wrong));
  });

  await expect(running).rejects.toBe(wrong);
  expect(open).toEqual(new Set());
});

it("begins anew after an outage with connections of its own, the broken run's closed", async () => {
  const { open, opening } = servers();
  const openAtTheStart: string[][] = [];

  await run(async ({ connect }) => {
    openAtTheStart.push([...open]);
    await connect("mongodb", opening("mongodb"));
    if (openAtTheStart.length === 1) throw new VelibError("VELIB_MONGODB_UNREACHABLE", "gone");
  });

  expect(openAtTheStart).toEqual([[], []]);
  expect(open).toEqual(new Set());
});

it("asks a server that is not there yet until it answers", async () => {
  let asked = 0;

  await run(({ waitFor }) =>
    waitFor("schema registry", async () => {
      if (++asked < 2) throw new VelibError("VELIB_SCHEMA_REGISTRY_UNREACHABLE", "no answer");
    }),
  );

  expect(asked).toBe(2);
});
