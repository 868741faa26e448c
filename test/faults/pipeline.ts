import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import type { Addresses } from "./addresses.ts";
import { SupervisedProcess } from "./supervised-process.ts";

export type Command = "produce" | "aggregate" | "archive";

/** A recording and the name of the source it is replayed as. */
export interface ReplayedSource {
  name: string;
  recording: string;
}

export interface PipelineSettings {
  name: string;
  /** Of configurations and logs. */
  folder: string;
  partitions: number;
  /** 3 on three brokers. */
  replication: number;
  /** How fast the sources are replayed: `max` or a factor such as `300x`. */
  pace: string;
}

/** The processes of one pipeline, each with a configuration of its own: their servers may be behind different proxies. */
export class Pipeline {
  readonly settings: PipelineSettings;
  readonly #processes = new Map<string, SupervisedProcess>();
  /** What each was started with. */
  readonly #given = new Map<string, { addresses: Addresses; sources: ReplayedSource[] }>();

  private constructor(settings: PipelineSettings) {
    this.settings = settings;
  }

  static async prepare(settings: PipelineSettings): Promise<Pipeline> {
    await mkdir(settings.folder, { recursive: true });
    return new Pipeline(settings);
  }

  /** @param name tells processes of the same command apart */
  async start(name: string, command: Command, addresses: Addresses, sources: ReplayedSource[] = []): Promise<void> {
    this.#given.set(name, { addresses, sources });
    const args = await this.configure(name, command, addresses, sources);
    this.#processes.set(name, new SupervisedProcess(name, args, join(this.settings.folder, `${name}.log`)));
  }

  /** What to call a producer with so that it replays without pauses. */
  atFullPace(name: string): Promise<string[]> {
    const given = this.#given.get(name);
    if (given === undefined) throw new Error(`no process ${name} in ${this.settings.name}`);
    return this.configure(name, "produce", given.addresses, given.sources, "max");
  }

  /** Writes a process's configuration; what to call it with. */
  async configure(
    name: string,
    command: Command,
    { kafka, mongodb, cassandra }: Addresses,
    sources: ReplayedSource[] = [],
    pace = this.settings.pace,
  ): Promise<string[]> {
    const { folder, partitions, replication, name: pipeline } = this.settings;
    const path = join(folder, `${name}.yaml`);
    const config = {
      pipeline,
      http: { port: 0 },
      sources: sources.map((source) => ({ name: source.name, recording: { path: source.recording, pace } })),
      // The recordings are years old: their records' times must not be out of retention.
      kafka: {
        bootstrapServers: kafka,
        partitions,
        replication,
        minInsyncReplicas: Math.max(1, replication - 1),
        retention: "5000d",
      },
      mongodb: { uri: mongodb, database: pipeline },
      cassandra: {
        contactPoints: [cassandra.contactPoint],
        localDataCenter: cassandra.dataCenter,
        replication: { [cassandra.dataCenter]: 1 },
        consistency: "LOCAL_ONE",
      },
    };
    await writeFile(path, stringify(config));
    return [command, "--config", path];
  }

  process(name: string): SupervisedProcess {
    const found = this.#processes.get(name);
    if (found === undefined) throw new Error(`no process ${name} in ${this.settings.name}`);
    return found;
  }

  get processes(): SupervisedProcess[] {
    return [...this.#processes.values()];
  }

  /** How often processes failed by themselves, not by a kill, and were started again. */
  get restarts(): number {
    return this.processes.reduce((sum, { restarts }) => sum + restarts, 0);
  }

  /** Asks every process to stop. Exit codes by name. */
  async stop(): Promise<Record<string, number | null>> {
    const codes = this.processes.map(async (process) => [process.name, await process.terminate()] as const);
    return Object.fromEntries(await Promise.all(codes));
  }

  async kill(): Promise<void> {
    await Promise.all(this.processes.map((process) => process.kill()));
  }

  /** @throws Error when a process gave up for good: a fault must never look like a wrong configuration */
  assertHopeful(): void {
    for (const { name, hopeless } of this.processes) {
      if (hopeless !== null) throw new Error(`${name} gave up with ${hopeless}: ${this.process(name).lastWords()}`);
    }
  }

  lastWords(): string {
    return this.processes.map((process) => `--- ${process.name}\n${process.lastWords()}`).join("\n");
  }
}
