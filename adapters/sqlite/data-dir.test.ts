import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { VelibError } from "../../core/errors.ts";
import { openDataDir, readDataDir } from "./data-dir.ts";
import { keepWindowLength, storedWindowLength } from "./data-dir-settings.ts";
import { schemaVersion } from "./schema.ts";

let parent: string;
let dir: string;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "velib-data-dir-"));
  dir = join(parent, "data");
});

afterEach(() => rmSync(parent, { recursive: true }));

/** Every file below the test's folder with its bytes. */
function filesBelow(): Map<string, string> {
  const files = new Map<string, string>();
  for (const name of readdirSync(parent, { recursive: true, encoding: "utf8" })) {
    const path = join(parent, name);
    files.set(name, statSync(path).isFile() ? readFileSync(path, "base64") : "a folder");
  }
  return files;
}

function errorOf(work: () => unknown): VelibError | null {
  try {
    work();
    return null;
  } catch (error) {
    return error as VelibError;
  }
}

function writeVersion(version: number): void {
  openDataDir(dir).close();
  const database = new DatabaseSync(join(dir, "velib.sqlite"));
  database.exec(`PRAGMA user_version = ${version}`);
  database.close();
}

/** Code that has `openDataDir` and the data dir at hand. */
function script(code: string): string[] {
  const module = JSON.stringify(new URL("./data-dir.ts", import.meta.url).href);
  const source = `const { openDataDir } = await import(${module}); const dir = ${JSON.stringify(dir)}; ${code}`;
  return ["--input-type=module", "--eval", source];
}

/** Runs code as a user who is not root, whom no mode stops, and returns what it prints. */
async function runUnprivileged(code: string): Promise<string> {
  const leaveRoot = "if (process.getuid() === 0) { process.setgid(65534); process.setuid(65534); }";
  const child = spawn(process.execPath, script(leaveRoot + code), { stdio: ["ignore", "pipe", "inherit"] });
  let printed = "";
  child.stdout.setEncoding("utf8").on("data", (piece: string) => {
    printed += piece;
  });
  await once(child, "close");
  return printed;
}

/** Runs code in a process of its own and returns that once it printed a line. What is not held is collected and closed. */
async function startProcess(code: string) {
  const child = spawn(process.execPath, script(code), { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  return child;
}

async function kill(child: Awaited<ReturnType<typeof startProcess>>): Promise<void> {
  const closed = once(child, "close");
  child.kill("SIGKILL");
  await closed;
}

describe("opening for writing", () => {
  it("makes the folder and its parents, and finds what was written", () => {
    dir = join(dir, "a", "b");
    const first = openDataDir(dir);
    first.database.exec("INSERT INTO settings VALUES ('a', 'b')");
    first.close();

    const second = openDataDir(dir);

    expect(second.database.prepare("SELECT value FROM settings").get()?.value).toBe("b");
    second.close();
  });

  it("takes over an empty database that a process left when it was killed while making it", () => {
    mkdirSync(dir);
    writeFileSync(join(dir, "velib.sqlite"), "");

    const opened = openDataDir(dir);

    expect(opened.database.prepare("SELECT count(*) AS n FROM settings").get()?.n).toBe(0);
    opened.close();
  });

  it("refuses a dir of a newer release and leaves it as it is", () => {
    writeVersion(schemaVersion + 1);
    const before = filesBelow();

    const error = errorOf(() => openDataDir(dir));

    expect(error).toMatchObject({ code: "VELIB_DATA_DIR_NEWER", exitCode: 2 });
    expect(error?.message).toContain(`--data-dir ${dir}: written by a newer release (version ${schemaVersion + 1}`);
    expect(filesBelow()).toEqual(before);
  });

  it("sees the newer version of a process that was killed before it reached the file", async () => {
    const child = await startProcess(
      `globalThis.held = openDataDir(dir); held.database.exec("PRAGMA user_version = ${schemaVersion + 1}");
       console.log("written"); setInterval(() => {}, 1000);`,
    );
    await kill(child);

    const error = errorOf(() => openDataDir(dir));

    expect(error).toMatchObject({ code: "VELIB_DATA_DIR_NEWER" });
  });

  it("refuses a dir that another process has open, and gets it when that one is gone", async () => {
    const child = await startProcess(
      `globalThis.held = openDataDir(dir); console.log("open"); setInterval(() => {}, 1000);`,
    );
    const before = [...filesBelow().keys()];

    const error = errorOf(() => openDataDir(dir));
    const after = [...filesBelow().keys()];
    await kill(child);

    expect(error).toMatchObject({ code: "VELIB_DATA_DIR_LOCKED", exitCode: 2 });
    expect(error?.message).toContain("in use by another velib process");
    expect(after).toEqual(before);
    openDataDir(dir).close();
  });

  it("refuses a second opening in the same process", () => {
    const first = openDataDir(dir);

    expect(errorOf(() => openDataDir(dir))).toMatchObject({ code: "VELIB_DATA_DIR_LOCKED" });

    first.close();
    openDataDir(dir).close();
  });
});

describe.each([
  ["for writing", openDataDir],
  ["for reading", readDataDir],
])("opening %s", (_how, open) => {
  it.each([
    ["a file", () => writeFileSync(dir, "not a folder")],
    ["a folder whose database is no database", () => writeDatabase("this is no database. ".repeat(50))],
    ["a folder whose database is too short for one", () => writeDatabase("SQLite format 3\0")],
    ["a folder whose database is a folder", () => mkdirSync(join(dir, "velib.sqlite"), { recursive: true })],
  ])("refuses %s and writes nothing", (_what, prepare) => {
    prepare();
    const before = filesBelow();

    const error = errorOf(() => open(dir));

    expect(error).toMatchObject({ code: "VELIB_DATA_DIR_UNREADABLE", exitCode: 2 });
    expect(error?.message).toMatch(
      /^--data-dir .*\/data: can't be read and written \(.+\); .*choose another --data-dir$/,
    );
    expect(filesBelow()).toEqual(before);
  });
});

it.each([
  ["a folder", 0o500],
  ["a folder that hides what is in it", 0o000],
])("refuses %s without the permission to write, and writes nothing", async (_what, mode) => {
  openDataDir(dir).close();
  chmodSync(parent, 0o755);
  const before = filesBelow();
  chmodSync(dir, mode);

  const printed = await runUnprivileged(`try { openDataDir(dir); } catch (error) { console.log(error.code); }`);
  chmodSync(dir, 0o700);

  expect(printed).toBe("VELIB_DATA_DIR_UNREADABLE\n");
  expect(filesBelow()).toEqual(before);
});

it("refuses to make a folder below a file, and writes nothing", () => {
  writeFileSync(dir, "not a folder");
  const before = filesBelow();

  const error = errorOf(() => openDataDir(join(dir, "below")));

  expect(error).toMatchObject({ code: "VELIB_DATA_DIR_UNREADABLE" });
  expect(filesBelow()).toEqual(before);
});

describe("opening for reading", () => {
  it.each([
    ["is missing", () => undefined],
    ["is empty", () => mkdirSync(dir)],
    ["has an empty database", () => writeDatabase("")],
  ])("says so when the folder %s, and writes nothing", (_what, prepare) => {
    prepare();
    const before = filesBelow();

    const error = errorOf(() => readDataDir(dir));

    expect(error).toMatchObject({ code: "VELIB_DATA_DIR_EMPTY", exitCode: 2 });
    expect(error?.message).toContain('"velib replay" or "velib local"');
    expect(filesBelow()).toEqual(before);
  });

  it("refuses a dir of a newer release", () => {
    writeVersion(schemaVersion + 1);

    expect(errorOf(() => readDataDir(dir))).toMatchObject({ code: "VELIB_DATA_DIR_NEWER" });
  });

  it("reads what is committed while a writer is in the middle of a transaction, and writes nothing", () => {
    const writer = openDataDir(dir);
    writer.database.exec("INSERT INTO settings VALUES ('one', '1')");
    writer.database.exec("BEGIN IMMEDIATE; INSERT INTO settings VALUES ('two', '2')");
    const reader = readDataDir(dir);
    const count = reader.database.prepare("SELECT count(*) AS n FROM settings");

    const during = count.get()?.n;
    writer.database.exec("COMMIT");
    const after = count.get()?.n;

    expect([during, after]).toEqual([1, 2]);
    expect(() => reader.database.exec("INSERT INTO settings VALUES ('three', '3')")).toThrow("readonly");
    reader.close();
    writer.close();
  });

  it("reads a dir that another process is writing", async () => {
    const child = await startProcess(
      `globalThis.held = openDataDir(dir); held.database.exec("INSERT INTO settings VALUES ('one', '1')");
       console.log("written"); setInterval(() => {}, 1000);`,
    );

    const reader = readDataDir(dir);
    const value = reader.database.prepare("SELECT value FROM settings").get()?.value;
    reader.close();
    await kill(child);

    expect(value).toBe("1");
  });
});

describe("the window length of a data dir", () => {
  it("is the first one that it is used with", () => {
    const { database, close } = openDataDir(dir);

    const before = storedWindowLength(database);
    keepWindowLength(database, 180_000);
    keepWindowLength(database, 180_000);
    const error = errorOf(() => keepWindowLength(database, 300_000));

    expect(before).toBeNull();
    expect(storedWindowLength(database)).toBe(180_000);
    expect(error).toMatchObject({ code: "VELIB_DATA_DIR_SETTING", exitCode: 2 });
    expect(error?.message).toContain("windows of 180 s, not 300 s");
    close();
  });
});

function writeDatabase(content: string): void {
  mkdirSync(dir);
  writeFileSync(join(dir, "velib.sqlite"), content);
}
