import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { startVelib, type VelibProcess } from "../../e2e/velib-process.ts";
import type { RealAddresses } from "../servers.ts";

/** The processes of a pipeline, as they run on a cluster: each its own, all with one configuration. */
export class PipelineProcesses {
  readonly pipeline: string;
  readonly #config: string;
  readonly #running = new Map<string, VelibProcess>();

  private constructor(pipeline: string, config: string) {
    this.pipeline = pipeline;
    this.#config = config;
  }

  /** @param recording replayed as fast as possible as source `paris` */
  static async prepare(pipeline: string, recording: string, addresses: RealAddresses): Promise<PipelineProcesses> {
    const { kafka, mongodb, cassandra } = addresses;
    const folder = await mkdtemp(join(tmpdir(), "velib-flow-"));
    const path = join(folder, "pipeline.yaml");
    const config = {
      pipeline,
      http: { port: 0 },
      sources: [{ name: "paris", recording: { path: recording, pace: "max" } }],
      // The recordings are years old: their records' times must not be out of retention.
      kafka: { bootstrapServers: kafka, partitions: 3, retention: "5000d" },
      mongodb: { uri: mongodb },
      cassandra: {
        contactPoints: cassandra.contactPoints,
        localDataCenter: cassandra.dataCenter,
        replication: { [cassandra.dataCenter]: 1 },
        consistency: "LOCAL_ONE",
      },
    };
    await writeFile(path, stringify(config));
    return new PipelineProcesses(pipeline, path);
  }

  /** @param name tells processes of the same command apart */
  start(name: string, command: "produce" | "aggregate" | "archive"): void {
    this.#running.set(name, startVelib([command, "--config", this.#config]));
  }

  /** Ends a process without warning. */
  async kill(name: string): Promise<void> {
    await this.#running.get(name)?.stop("SIGKILL");
    this.#running.delete(name);
  }

  /** Asks every process to stop, and returns their exit codes by name. */
  async stop(): Promise<Record<string, number | null>> {
    const codes: Record<string, number | null> = {};
    for (const [name, process] of this.#running) codes[name] = (await process.stop("SIGTERM")).code;
    this.#running.clear();
    return codes;
  }

  /** What the processes that failed said. A producer whose recording is over has done its work. */
  async complaints(): Promise<string[]> {
    const complaints: string[] = [];
    for (const [name, process] of this.#running) {
      if (process.running) continue;
      const { code, stderr } = await process.ended;
      if (code !== 0) complaints.push(`${name} ended with ${code}: ${stderr.slice(-500)}`);
    }
    return complaints;
  }
}
