import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { serverOf } from "./server.ts";
import { until } from "./until.ts";

let runDir: string;

beforeEach(() => {
  runDir = mkdtempSync(join(tmpdir(), "velib-server-"));
  const command = [process.execPath, "-e", "console.log(process.argv[1]); setInterval(() => {}, 1000)", "a b"];
  writeFileSync(join(runDir, "kafka.cmd"), `${command.join("\0")}\0`);
});

afterEach(async () => {
  const server = serverOf(runDir, "kafka");
  if (server.pid() !== null) await server.kill();
  rmSync(runDir, { recursive: true });
});

it("starts the recorded command again, arguments with spaces and all, and appends to its log", async () => {
  const server = serverOf(runDir, "kafka");

  await server.restart();
  await until("its output", () => (readFileSync(join(runDir, "kafka.log"), "utf8") === "a b\n" ? true : null), 10_000);
  const first = server.pid();
  await server.kill();
  expect(server.pid()).toBeNull();
  await server.restart();

  await until("twice", () => (readFileSync(join(runDir, "kafka.log"), "utf8") === "a b\na b\n" ? true : null), 10_000);
  expect(server.pid()).not.toBe(first);
});

it("suspends and resumes", async () => {
  const server = serverOf(runDir, "kafka");
  await server.restart();
  const state = () => readFileSync(`/proc/${server.pid()}/stat`, "utf8").split(") ")[1]?.[0];

  await server.suspend();
  expect(state()).toBe("T");
  await server.resume();

  expect(state()).not.toBe("T");
});

it("refuses to start what runs already", async () => {
  const server = serverOf(runDir, "kafka");
  await server.restart();

  await expect(server.restart()).rejects.toThrow("kafka runs");
});

it("never signals a process that was given the pid of a server that is gone", async () => {
  const other = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
  writeFileSync(join(runDir, "kafka.pid"), `${other.pid} 1\n`);
  const server = serverOf(runDir, "kafka");

  expect(server.pid()).toBeNull();
  await expect(server.kill()).rejects.toThrow("kafka does not run");

  expect(other.exitCode).toBeNull();
  other.kill();
});
