import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";

const module = new URL("./end-of-process.ts", import.meta.url).href;

/** A process that does its work and calls `endSoon`. */
function run(work: string) {
  const script = `import { createServer } from "node:net"; import { endSoon } from ${JSON.stringify(module)}; ${work}`;
  const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", script], {
    encoding: "utf8",
    timeout: 20_000,
  });
  return { status, stderr };
}

it("ends a process that something open would keep, with its exit code, and says what", () => {
  const { status, stderr } = run("createServer().listen(0, '127.0.0.1'); process.exitCode = 3; endSoon();");

  expect(status).toBe(3);
  expect(stderr).toMatch(/something was left open \(.*TCPServerWrap.*\): ending/);
});

it("keeps no process, and says nothing, where nothing is left open", () => {
  expect(run("process.exitCode = 2; endSoon();")).toEqual({ status: 2, stderr: "" });
});
