import { chmod, cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect } from "vitest";
import type { ErrorCode } from "../../core/errors.ts";
import { folderContent } from "./folder-content.ts";
import { type RunOptions, runVelib } from "./velib-process.ts";

const header =
  "polled_at,stationcode,is_installed,is_renting,is_returning,capacity,numdocksavailable,numbikesavailable,mechanical,ebike,duedate";
const rows = "2024-11-08T15:00:00Z,1001,1,1,1,20,5,15,10,5,2024-11-08T14:59:00Z\n";
const square = {
  type: "Polygon",
  coordinates: [
    [
      [2, 48],
      [2, 49],
      [3, 49],
      [2, 48],
    ],
  ],
};

/** Files and folders that the calls name, relative to where they run. */
const files: Record<string, string> = {
  "tiny.csv": `${header}\n${rows}`,
  "lacking.csv": `${header.replace("mechanical,ebike", "mech,el")}\n${rows}`,
  "empty.csv": "",
  "a-file": "in the way\n",
  "no-database/velib.sqlite": "nothing that SQLite would know. ".repeat(10),
  "point.geojson": JSON.stringify({ type: "Point", coordinates: [2, 48] }),
  "nameless.geojson": JSON.stringify({
    type: "FeatureCollection",
    features: [{ type: "Feature", properties: { nom: "Louvre" }, geometry: square }],
  }),
};

/** What is wrong with a call, the code it is told by, the field that is named, and the remedy. */
export interface Refusal {
  code: ErrorCode;
  field: string;
  remedy: string;
}

/** A folder full of what can't be used, and two ports: PORT, where no feed is served, and CLOSED, where nobody listens. */
export class BadPlaces {
  readonly dir: string;
  readonly #server: Server;
  readonly #port: number;
  readonly #closedPort: number;

  private constructor(dir: string, server: Server, port: number, closedPort: number) {
    this.dir = dir;
    this.#server = server;
    this.#port = port;
    this.#closedPort = closedPort;
  }

  static async make(): Promise<BadPlaces> {
    const dir = await mkdtemp(join(tmpdir(), "velib-bad-places-"));
    await chmod(dir, 0o755);
    await mkdir(join(dir, "no-database"));
    for (const [name, content] of Object.entries(files)) await writeFile(join(dir, name), content);
    await makeDataDirs(dir);
    const server = createServer(answer);
    const closed = createServer();
    const closedPort = await listen(closed);
    await new Promise((resolve) => closed.close(resolve));
    return new BadPlaces(dir, server, await listen(server), closedPort);
  }

  /** Runs a call there: one line on standard error, exit code 2, and not a byte changed. */
  async expectRefusal(call: string, { code, field, remedy }: Refusal, user: RunOptions = {}): Promise<void> {
    const before = folderContent(this.dir);

    const ended = await runVelib(this.#withPorts(call).split(" "), { cwd: this.dir, ...user });

    expect(ended.stderr).toMatch(/^velib: [^\n]+ \[VELIB_[A-Z_]+\]\n$/);
    expect(ended.stderr).toContain(`[${code}]`);
    expect(ended.stderr).toContain(this.#withPorts(field));
    expect(ended.stderr).toContain(remedy);
    expect(ended).toMatchObject({ code: 2, stdout: "" });
    expect(folderContent(this.dir)).toEqual(before);
  }

  async writeConfiguration(name: string, text: string): Promise<void> {
    await writeFile(join(this.dir, name), this.#withPorts(text));
  }

  async close(): Promise<void> {
    await new Promise((resolve) => this.#server.close(resolve));
    await chmod(join(this.dir, "read-only"), 0o755);
    await rm(this.dir, { recursive: true });
  }

  #withPorts(text: string): string {
    return text.replaceAll("CLOSED", String(this.#closedPort)).replaceAll("PORT", String(this.#port));
  }
}

/** One that is well, one that a newer release wrote, and one that may only be read. */
async function makeDataDirs(dir: string): Promise<void> {
  const filling = await runVelib(["replay", "tiny.csv", "--data-dir", "filled"], { cwd: dir });
  expect(filling).toMatchObject({ code: 0, stderr: "" });
  for (const copy of ["newer", "read-only"]) await cp(join(dir, "filled"), join(dir, copy), { recursive: true });
  const newer = new DatabaseSync(join(dir, "newer/velib.sqlite"));
  newer.exec("PRAGMA user_version = 1000");
  newer.close();
  await chmod(join(dir, "read-only"), 0o555);
}

/** JSON that is no feed, `/page` that is a page, and `/missing` that is not there. */
function answer(request: IncomingMessage, response: ServerResponse): void {
  const isPage = request.url === "/page";
  const type = isPage ? "text/html" : "application/json";
  response.writeHead(request.url === "/missing" ? 404 : 200, { "content-type": type });
  response.end(isPage ? "<!doctype html><title>Bikes</title>" : '{"hello":"world"}');
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : Number.NaN;
}
