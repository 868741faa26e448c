import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createProgram } from "./program.ts";
import { cliReference } from "./reference.ts";
import { callVelib } from "./testing/call-velib.ts";
import { runVelib } from "./testing/run-velib.ts";
import { version } from "./version.ts";

/** A start takes half a second, more on a busy machine. */
const timeout = 30_000;

let dir: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "velib-cli-"));
  writeFileSync(join(dir, "broken.yaml"), "sources: [");
  writeFileSync(join(dir, "unknown.yaml"), "aggregation: { windw: 3m }");
  writeFileSync(join(dir, "seven.yaml"), "aggregation: { window: 7m }");
  writeFileSync(join(dir, "recording.csv"), "not,a,recording\n1,2,3\n");
  writeFileSync(join(dir, "a file"), "");
  // The second source fails after the first one's server was started.
  writeFileSync(
    join(dir, "two.yaml"),
    "sources: [{ name: a, simulator: { stations: 10 } }, { name: b, recording: { path: /nowhere } }]",
  );
});

afterAll(() => rmSync(dir, { recursive: true }));

it("documents its commands: docs/reference/cli.md is what they say of themselves", async () => {
  const page = readFileSync(new URL("../../docs/reference/cli.md", import.meta.url), "utf8");

  expect(page).toBe(cliReference(await createProgram(undefined)));
});

describe("help", { timeout }, () => {
  it.each([
    [["--help"], "Usage: velib [options] [command]"],
    [["help", "windows"], "Usage: velib windows [options]"],
    [["local", "--help"], "Usage: velib local [options]"],
    [["replay", "-h"], "Usage: velib replay [options] [recording]"],
    [["windows", "--help"], "Usage: velib windows [options]"],
    [["simulate", "--help"], "Usage: velib simulate [options]"],
    [["--version"], version],
  ])("answers %j", async (args, expected) => {
    const { code, stdout, stderr } = await callVelib(args);

    expect(stdout).toContain(expected);
    expect(stderr).toBe("");
    expect(code).toBe(0);
  });

  it("is what a call without a command gets, which is no success", async () => {
    const { code, stdout, stderr } = await callVelib([]);

    expect(stderr).toContain("Usage: velib");
    expect(stdout).toBe("");
    expect(code).toBe(2);
  });
});

describe("a mistake of the user", { timeout }, () => {
  it.each([
    [["foo"], "velib: unknown command 'foo'"],
    [["windws"], "velib: unknown command 'windws' (Did you mean windows?)"],
    [["windows", "--formt", "csv"], "velib: unknown option '--formt' (Did you mean --format?)"],
    [["windows", "--format", "xml"], "Allowed choices are csv, json, parquet"],
    [["windows", "more"], "too many arguments"],
    [["windows", "--from", "tomorrow"], '--from: expected a time such as 2024-11-08T15:00:00Z, got "tomorrow"'],
    [["windows", "--from", "1"], '--from: expected a time such as 2024-11-08T15:00:00Z, got "1"'],
    [["windows", "--to", "2024-13-01"], '--to: expected a time such as 2024-11-08T15:00:00Z, got "2024-13-01"'],
    [["windows", "--data-dir", "nowhere"], "--data-dir nowhere: holds no data yet"],
    [["windows", "--data-dir", "a file"], "--data-dir a file: can't be read and written (it is a file"],
    [["replay"], "missing required argument 'recording'"],
    [["replay", "nowhere"], "cannot read the recording nowhere: there is no such file or folder"],
    [["replay", "recording.csv"], "recording.csv is no recording"],
    [["replay", "recording.csv", "--pace", "0x"], '--pace: expected max or a factor such as 60x, got "0x"'],
    [["replay", "recording.csv", "--hold", "10"], '--hold: expected a duration such as 90s, 3m, 10h or 30d, got "10"'],
    [
      ["replay", "recording.csv", "--source", "A b"],
      "--source: expected up to 63 lower-case letters, digits and dashes",
    ],
    [["replay", "recording.csv", "--time-zone", "Paris"], "--time-zone: expected an IANA zone such as Europe/Paris"],
    [["local", "--port", "http"], '--port: expected a whole number from 0 to 65535, got "http"'],
    [["local", "--port", "70000"], '--port: expected a whole number from 0 to 65535, got "70000"'],
    [["local", "--name", "oslo"], "--name: names the source given with --source; give both"],
    [["local", "--source", "nowhere"], "cannot read the recording nowhere"],
    [["local", "--source", "http://"], '--source: "http://" is no address'],
    [["local", "--source", "http://127.0.0.1:1/x", "--port", "0"], "http://127.0.0.1:1/x"],
    [["local", "--config", "nowhere.yaml"], "--config nowhere.yaml:"],
    [["local", "--config", "broken.yaml"], "--config broken.yaml:"],
    [
      ["local", "--config", "unknown.yaml"],
      'aggregation.windw: unknown key "windw"; known here: window, allowedLateness',
    ],
    [["local", "--config", "seven.yaml"], "aggregation.window: 420000 ms does not divide a day"],
    [["local", "--config", "two.yaml", "--port", "0"], "cannot read the recording /nowhere"],
    [
      ["local", "--source", "simulator", "--port", "0", "--data-dir", "a file"],
      "--data-dir a file: can't be read and written (it is a file",
    ],
  ])("%j is told in one line, with exit code 2, and writes nothing", async (args, expected) => {
    const before = readdirSync(dir, { recursive: true });

    const { code, stdout, stderr } = await callVelib(args, dir);

    expect(stderr).toContain(expected);
    expect(stderr.trimEnd().split("\n"), stderr).toHaveLength(1);
    expect(stderr).toMatch(/^velib: /);
    expect(stdout).toBe("");
    expect(code).toBe(2);
    expect(readdirSync(dir, { recursive: true })).toEqual(before);
  });

  it("a port in use is told before anything is written", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const address = server.address();
    const port = typeof address === "object" ? String(address?.port) : "";

    const { code, stderr } = await callVelib(["local", "--source", "simulator", "--port", port], dir);
    server.close();

    expect(stderr).toBe(
      `velib: --port ${port}: in use on 127.0.0.1; give another (0: any free one) [VELIB_PORT_IN_USE]\n`,
    );
    expect(code).toBe(2);
    expect(readdirSync(dir)).not.toContain("velib-data");
  });
});

describe("a process", { timeout }, () => {
  it("ends with the code and the line that a mistake gives", async () => {
    const { code, stdout, stderr } = await runVelib(["windows", "--data-dir", "nowhere"], { cwd: dir });

    expect(stderr).toBe(
      'velib: --data-dir nowhere: holds no data yet; fill it with "velib replay" or "velib local" [VELIB_DATA_DIR_EMPTY]\n',
    );
    expect(stdout.toString()).toBe("");
    expect(code).toBe(2);
  });

  it("ends when one of two sources can't be opened, although the other one is a running server", async () => {
    const { code, stderr } = await runVelib(["local", "--config", "two.yaml", "--port", "0"], { cwd: dir });

    expect(stderr).toContain("cannot read the recording /nowhere");
    expect(code).toBe(2);
  });
});
