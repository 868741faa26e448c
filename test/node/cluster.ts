import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The cluster of KUBECONFIG, by the same two programs its users have. Their error output is in what they reject with. */
export async function kubectl(...args: string[]): Promise<string> {
  const { stdout } = await run("kubectl", args, { maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}

/** `kubectl get … -o json`, parsed. */
export async function getJson(...args: string[]): Promise<unknown> {
  return JSON.parse(await kubectl("get", ...args, "-o", "json"));
}

/** Applies manifests that are given as objects, by the server: the client would keep a copy that may be too large. */
export async function applyObjects(...objects: object[]): Promise<string> {
  const child = spawn("kubectl", ["apply", "--server-side", "-f", "-"], { stdio: ["pipe", "pipe", "pipe"] });
  child.stdin.end(JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }));
  const [out, err] = await Promise.all([textOf(child.stdout), textOf(child.stderr), once(child, "close")]);
  if (child.exitCode !== 0) throw new Error(err.trim());
  return out;
}

export async function helm(...args: string[]): Promise<string> {
  const { stdout } = await run("helm", args, { maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}

/** Asks until the answer is not null, every half second; the last error is in the message when time is up. */
export async function eventually<T>(what: string, ask: () => Promise<T | null>, withinMs: number): Promise<T> {
  const end = Date.now() + withinMs;
  let last: unknown = "no answer";
  while (Date.now() < end) {
    try {
      const answer = await ask();
      if (answer !== null) return answer;
    } catch (error) {
      last = error;
    }
    await pause(500);
  }
  throw new Error(`${what}: not within ${withinMs / 1000} s; last: ${String(last)}`);
}

/** A Service's port on this machine while `use` runs. */
export async function withPort<T>(
  namespace: string,
  service: string,
  port: number,
  use: (url: string) => Promise<T>,
): Promise<T> {
  const child = spawn("kubectl", ["-n", namespace, "port-forward", `service/${service}`, `:${port}`], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  try {
    return await use(`http://127.0.0.1:${await forwardedPort(child)}`);
  } finally {
    child.kill();
    if (child.exitCode === null) await once(child, "close");
  }
}

async function forwardedPort(child: ChildProcess): Promise<string> {
  if (child.stdout === null || child.stderr === null) throw new Error("port-forward has no output");
  const error = textOf(child.stderr);
  for await (const line of createInterface(child.stdout)) {
    const port = /127\.0\.0\.1:(\d+)/.exec(line)?.[1];
    if (port !== undefined) return port;
  }
  throw new Error(await error);
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  let text = "";
  for await (const chunk of stream) text += String(chunk);
  return text;
}
