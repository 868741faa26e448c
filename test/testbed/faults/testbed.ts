import { spawn } from "node:child_process";
import { appendFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const scripts = fileURLToPath(new URL("../data-services/", import.meta.url));

/** The services `up.sh` knows. */
export type Service = "kafka" | "kafka3" | "cassandra" | "cassandra-auth" | "mongo" | "mongo-auth" | "registry";

export interface TestbedSettings {
  services: readonly Service[];
  /** Added to every port; 2000 and steps of 20 above keep clear of the shared testbed and of each other. */
  portShift: number;
  /** Kafka also advertises a listener that clients reach through a proxy; see `openKafkaProxies`. */
  proxied?: boolean;
  /** Kafka's log folder lies on a memory disk of this many MiB; needs the right to mount. */
  kafkaDiskMb?: number;
  /** After so long without a heartbeat a broker is fenced, and so long a killed one waits to be let in again; 9000. */
  kafkaSessionMs?: number;
  /** Cassandra's `commitlog_sync`; only `batch` keeps every acknowledged write over a kill -9. */
  cassandraCommitlog?: "periodic" | "batch";
}

export interface Testbed {
  /** Folder of pid files, logs, commands and data. */
  runDir: string;
  /** The `TEST_*` addresses that `up.sh` printed. */
  addresses: Readonly<Record<string, string>>;
  /** Stops what was started, by pid file, and throws its data away. */
  stop(): Promise<void>;
}

/**
 * Starts servers with empty data beside any other testbed: own ports, own folder. Whatever an interrupted run left
 * in that folder is replaced. Resolves when all are ready.
 */
export async function startTestbed(settings: TestbedSettings): Promise<Testbed> {
  const cache = process.env.VELIB_TESTBED_CACHE ?? join(homedir(), ".cache", "velib-testbed");
  const runDir = join(cache, `run-${settings.portShift}`);
  const env = {
    ...process.env,
    RESTART: "1",
    VELIB_TESTBED_RUN: runDir,
    VELIB_TESTBED_PORT_SHIFT: String(settings.portShift),
    VELIB_KAFKA_PROXIED: settings.proxied ? "1" : "0",
    VELIB_KAFKA_DISK_MB: String(settings.kafkaDiskMb ?? 0),
    VELIB_KAFKA_SESSION_MS: String(settings.kafkaSessionMs ?? 9000),
    VELIB_CASSANDRA_COMMITLOG: settings.cassandraCommitlog ?? "periodic",
  };
  const stop = async () => {
    await run("down.sh", [], env);
  };
  // `with-testbed.sh` stops what is listed there, also when this process is killed
  if (process.env.TEST_OWN_SERVERS) appendFileSync(process.env.TEST_OWN_SERVERS, `${settings.portShift}\n`);
  try {
    return { runDir, addresses: parseExports(await run("up.sh", settings.services, env)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The comma-separated or single address of that name; an error names what is missing. */
export function addressOf(testbed: Testbed, name: string): string {
  const value = testbed.addresses[name];
  if (value === undefined) throw new Error(`${name} is not among the testbed's addresses: start its service`);
  return value;
}

function parseExports(text: string): Record<string, string> {
  const addresses: Record<string, string> = {};
  for (const [, name, value] of text.matchAll(/^export (\w+)='(.*)'$/gm)) {
    if (name !== undefined && value !== undefined) addresses[name] = value;
  }
  return addresses;
}

function run(script: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(join(scripts, script), args, { env, stdio: ["ignore", "pipe", "pipe"] });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve(Buffer.concat(out).toString());
      else reject(new Error(`${script} ${args.join(" ")} ended with ${code}: ${Buffer.concat(err).toString().trim()}`));
    });
  });
}
