import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "./until.ts";

/** One process of the testbed, by the name of its pid file. */
export type ServerName =
  | "kafka"
  | "kafka3-1"
  | "kafka3-2"
  | "kafka3-3"
  | "cassandra"
  | "cassandra-auth"
  | "mongo"
  | "mongo-auth"
  | "registry";

/** What can be done to a server; each resolves when the process is in the state asked for. */
export interface Server {
  name: ServerName;
  /** Its process id; null when it does not run. */
  pid(): number | null;
  /** SIGKILL: nothing is flushed, no client is told. Resolves when the process is gone. */
  kill(): Promise<void>;
  /** SIGTERM: an orderly stop. Resolves when the process is gone. */
  terminate(): Promise<void>;
  /** SIGSTOP: connections stay open, nothing answers. Resolves when the process stands. */
  suspend(): Promise<void>;
  /** SIGCONT after `suspend`. */
  resume(): Promise<void>;
  /** Starts the same command on the same data; ready only when its `waitFor…` says so. */
  restart(): Promise<void>;
  /** Waits for it to end by itself, as a broker does whose disk is full. */
  ended(timeoutMs?: number): Promise<void>;
}

const GONE_MS = 30_000;
/** A JVM that writes its class archive as it stops needs longer, once. */
const TERMINATED_MS = 90_000;

/** Control of a server that `up.sh` started, through the pid file and command it left in `runDir`. */
export function serverOf(runDir: string, name: ServerName): Server {
  const file = (kind: "pid" | "cmd" | "log") => join(runDir, `${name}.${kind}`);
  const pid = () => livingPid(file("pid"));
  const signal = (kind: NodeJS.Signals) => {
    const target = pid();
    if (target === null) throw new Error(`${name} does not run: nothing to send ${kind} to`);
    process.kill(target, kind);
    return target;
  };
  const ended = (timeoutMs = GONE_MS) =>
    until(`the end of ${name}`, () => (pid() === null ? true : null), timeoutMs).then(() => {});
  const state = (target: number, stands: boolean) =>
    until(
      `${name} ${stands ? "suspended" : "running"}`,
      () => ((processStat(target)?.state === "T") === stands ? true : null),
      5_000,
    ).then(() => {});

  return {
    name,
    pid,
    ended,
    async kill() {
      signal("SIGKILL");
      await ended();
    },
    async terminate() {
      signal("SIGTERM");
      await ended(TERMINATED_MS);
    },
    async suspend() {
      await state(signal("SIGSTOP"), true);
    },
    async resume() {
      await state(signal("SIGCONT"), false);
    },
    async restart() {
      if (pid() !== null) throw new Error(`${name} runs: kill or terminate it before a restart`);
      launch(file("cmd"), file("log"), file("pid"));
    },
  };
}

function launch(commandFile: string, logFile: string, pidFile: string): void {
  const [command, ...args] = readFileSync(commandFile, "utf8").split("\0").slice(0, -1);
  if (command === undefined) throw new Error(`${commandFile} is empty: start the server with up.sh first`);
  const log = openSync(logFile, "a");
  // a session of its own: it outlives this process as a server of up.sh does, and down.sh finds it by the pid file
  const child = spawn(command, args, { detached: true, stdio: ["ignore", log, log] });
  closeSync(log);
  if (child.pid === undefined) throw new Error(`${command} could not be started`);
  child.unref();
  writeFileSync(pidFile, `${child.pid} ${processStat(child.pid)?.startTicks ?? ""}\n`);
}

/** The pid in the file if that very process still runs: a pid that was given to another is told by its start time. */
function livingPid(pidFile: string): number | null {
  const [pid, startTicks] = readText(pidFile)?.trim().split(" ") ?? [];
  const stat = pid === undefined ? null : processStat(Number(pid));
  return stat !== null && stat.state !== "Z" && stat.startTicks === startTicks ? Number(pid) : null;
}

/** Fields 3 (state) and 22 (start time, clock ticks after boot) of /proc/PID/stat, proc(5). */
function processStat(pid: number): { state: string; startTicks: string } | null {
  const text = readText(`/proc/${pid}/stat`);
  // the second field is the program's name in parentheses and may itself hold spaces and parentheses
  const fields = text?.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state, startTicks] = [fields?.[0], fields?.[19]];
  return state === undefined || startTicks === undefined ? null : { state, startTicks };
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}
