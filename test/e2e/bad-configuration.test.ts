import { chmod, cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ErrorCode } from "../../core/errors.ts";
import { folderContent } from "./folder-content.ts";
import { type RunOptions, runVelib } from "./velib-process.ts";

/** A start takes half a second, several on a busy machine. */
const timeout = 60_000;

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

let dir: string;
let server: Server;
/** Where a server answers, but not with a feed. */
let port: number;
/** Where nobody listens. */
let closedPort: number;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "velib-bad-configuration-"));
  await chmod(dir, 0o755);
  await mkdir(join(dir, "no-database"));
  for (const [name, content] of Object.entries(files)) await writeFile(join(dir, name), content);
  const filling = await runVelib(["replay", "tiny.csv", "--data-dir", "filled"], { cwd: dir });
  expect(filling).toMatchObject({ code: 0, stderr: "" });
  for (const copy of ["newer", "read-only"]) await cp(join(dir, "filled"), join(dir, copy), { recursive: true });
  const newer = new DatabaseSync(join(dir, "newer/velib.sqlite"));
  newer.exec("PRAGMA user_version = 1000");
  newer.close();
  await chmod(join(dir, "read-only"), 0o555);

  server = createServer((request, response) => {
    const isPage = request.url === "/page";
    response.writeHead(request.url === "/missing" ? 404 : 200, {
      "content-type": isPage ? "text/html" : "application/json",
    });
    response.end(isPage ? "<!doctype html><title>Bikes</title>" : '{"hello":"world"}');
  });
  port = await listen(server);
  const other = createServer();
  closedPort = await listen(other);
  await new Promise((resolve) => other.close(resolve));
}, timeout);

afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  await chmod(join(dir, "read-only"), 0o755);
  await rm(dir, { recursive: true });
});

/** What is wrong, the code it is told by, the field that is named, and the remedy. */
type Case = [what: string, call: string, code: ErrorCode, field: string, remedy: string];

describe("a bad call is told in one line and writes nothing", { timeout }, () => {
  const simulator = "local --source simulator --port 0";
  const recording = "local --source tiny.csv --port 0";

  it.each<Case>([
    [
      "an unreachable address",
      "local --source http://127.0.0.1:CLOSED/gbfs.json --port 0",
      "VELIB_SOURCE_UNREACHABLE",
      "--source: cannot reach http://127.0.0.1:CLOSED/gbfs.json",
      "check the address",
    ],
    [
      "a page that is no feed",
      "local --source http://127.0.0.1:PORT/page --port 0",
      "VELIB_SOURCE_UNRECOGNISED",
      "--source: http://127.0.0.1:PORT/page",
      "gbfs.json",
    ],
    [
      "JSON that is no feed",
      "local --source http://127.0.0.1:PORT/json --port 0",
      "VELIB_SOURCE_UNRECOGNISED",
      "--source: http://127.0.0.1:PORT/json",
      "gbfs.json",
    ],
    [
      "an address with nothing behind it",
      "local --source http://127.0.0.1:PORT/missing --port 0",
      "VELIB_SOURCE_HTTP_STATUS",
      "--source: http://127.0.0.1:PORT/missing answered 404",
      "check the address",
    ],
    ["no address", "local --source http:// --port 0", "VELIB_CONFIG_INVALID", "--source", "is no address"],
    [
      "a recording that is not there",
      "local --source none.csv --port 0",
      "VELIB_RECORDING_UNREADABLE",
      "--source: cannot read the recording none.csv",
      "give the path",
    ],
    [
      "a recording that lacks columns",
      "local --source lacking.csv --port 0",
      "VELIB_RECORDING_FORMAT",
      "lacking.csv is no recording: its header lacks the columns mechanical, ebike",
      "rename",
    ],
    [
      "an empty recording",
      "local --source empty.csv --port 0",
      "VELIB_RECORDING_FORMAT",
      "empty.csv is no recording",
      "give a CSV with a header and rows",
    ],
    [
      "a pace that is none",
      `${recording} --pace fast`,
      "VELIB_CONFIG_INVALID",
      "--pace",
      "max or a factor such as 60x",
    ],
    ["a pace of nothing", `${recording} --pace 0x`, "VELIB_CONFIG_INVALID", "--pace", "max or a factor such as 60x"],
    [
      "a port that is no number",
      "local --source tiny.csv --port http",
      "VELIB_CONFIG_INVALID",
      "--port",
      "from 0 to 65535",
    ],
    [
      "a port that there is not",
      "local --source tiny.csv --port 65536",
      "VELIB_CONFIG_INVALID",
      "--port",
      "from 0 to 65535",
    ],
    ["a port in use", "local --source tiny.csv --port PORT", "VELIB_PORT_IN_USE", "--port PORT", "give another"],
    [
      "a source's name that can't be one",
      `${recording} --name A/b`,
      "VELIB_CONFIG_INVALID",
      "--name",
      "lower-case letters",
    ],
    [
      "a data dir that is a file",
      `${simulator} --data-dir a-file`,
      "VELIB_DATA_DIR_UNREADABLE",
      "--data-dir a-file",
      "choose another",
    ],
    [
      "a data dir below a file",
      `${simulator} --data-dir a-file/below`,
      "VELIB_DATA_DIR_UNREADABLE",
      "--data-dir a-file/below",
      "choose another",
    ],
    [
      "a data dir that holds no database",
      `${simulator} --data-dir no-database`,
      "VELIB_DATA_DIR_UNREADABLE",
      "--data-dir no-database",
      "choose another",
    ],
    [
      "a data dir of a newer release",
      `${simulator} --data-dir newer`,
      "VELIB_DATA_DIR_NEWER",
      "--data-dir newer",
      "upgrade",
    ],
    [
      "a configuration that is not there",
      "local --config none.yaml",
      "VELIB_CONFIG_UNREADABLE",
      "--config none.yaml",
      "give a readable YAML or JSON file",
    ],
    [
      "replay: a recording that is not there",
      "replay none.csv",
      "VELIB_RECORDING_UNREADABLE",
      "the recording none.csv",
      "give the path",
    ],
    [
      "replay: a recording that lacks columns",
      "replay lacking.csv",
      "VELIB_RECORDING_FORMAT",
      "lacking.csv is no recording",
      "rename",
    ],
    [
      "replay: a pace that is none",
      "replay tiny.csv --pace 2",
      "VELIB_CONFIG_INVALID",
      "--pace",
      "max or a factor such as 60x",
    ],
    [
      "replay: a hold that is none",
      "replay tiny.csv --hold soon",
      "VELIB_CONFIG_INVALID",
      "--hold",
      "a duration such as",
    ],
    [
      "replay: a zone that is none",
      "replay tiny.csv --time-zone Paris",
      "VELIB_CONFIG_INVALID",
      "--time-zone",
      "Europe/Paris",
    ],
    [
      "replay: a data dir that is a file",
      "replay tiny.csv --data-dir a-file",
      "VELIB_DATA_DIR_UNREADABLE",
      "--data-dir a-file",
      "choose another",
    ],
    [
      "replay: a data dir of a newer release",
      "replay tiny.csv --data-dir newer",
      "VELIB_DATA_DIR_NEWER",
      "--data-dir newer",
      "upgrade",
    ],
  ])("%s", async (_what, call, code, field, remedy) => {
    await expectRefusal(call, code, field, remedy);
  });

  it.runIf(process.platform === "linux")("a data dir that the system refuses to make", async () => {
    const call = `${simulator} --data-dir /proc/velib-data`;
    await expectRefusal(call, "VELIB_DATA_DIR_UNREADABLE", "--data-dir /proc/velib-data", "choose another");
  });

  it("a data dir without the right to write", async ({ skip }) => {
    // Nothing is denied to root: it runs the command as nobody, who must be able to read the project for that.
    const isRoot = process.getuid?.() === 0;
    const user = isRoot ? { uid: 65_534, gid: 65_534 } : {};
    if (isRoot) skip((await runVelib(["--version"], user)).code !== 0, "only root can read the project here");
    const call = `${simulator} --data-dir read-only`;
    await expectRefusal(call, "VELIB_DATA_DIR_UNREADABLE", "--data-dir read-only", "check its owner and mode", user);
  });
});

describe("a bad configuration is told in one line and writes nothing", { timeout }, () => {
  it.each<Case>([
    [
      "an unknown key",
      "agregation: { window: 3m }",
      "VELIB_CONFIG_INVALID",
      "agregation",
      "known here: dataDir, http, sources, zones, aggregation",
    ],
    [
      "an unknown key further in",
      "sources: [{ name: a, simulator: { station: 3 } }]",
      "VELIB_CONFIG_INVALID",
      "sources[0].simulator.station",
      "known here: stations, seed",
    ],
    [
      "a number that is text",
      "http: { port: eighty }",
      "VELIB_CONFIG_INVALID",
      "http.port",
      "expected a whole number from 0 to 65535",
    ],
    ["a list that is text", "sources: paris", "VELIB_CONFIG_INVALID", "sources", "expected a list"],
    [
      "a duration that is none",
      "aggregation: { window: 3 minutes }",
      "VELIB_CONFIG_INVALID",
      "aggregation.window",
      "expected a duration such as",
    ],
    [
      "a window that does not divide a day",
      "aggregation: { window: 7m }",
      "VELIB_CONFIG_WINDOW",
      "aggregation.window",
      "choose for example 1m, 3m",
    ],
    [
      "a window other than the data dir's",
      "{ dataDir: filled, aggregation: { window: 5m }, sources: [{ name: a, recording: { path: tiny.csv } }] }",
      "VELIB_DATA_DIR_SETTING",
      "aggregation.window",
      "keep that length or choose another --data-dir",
    ],
    [
      "a source of two kinds",
      "sources: [{ name: a, simulator: {}, recording: { path: tiny.csv } }]",
      "VELIB_CONFIG_INVALID",
      "sources[0]",
      "exactly one of url, recording and simulator",
    ],
    [
      "a source of no kind",
      "sources: [{ name: a }]",
      "VELIB_CONFIG_INVALID",
      "sources[0]",
      "exactly one of url, recording and simulator",
    ],
    [
      "two sources of one name",
      "sources: [{ name: a, simulator: {} }, { name: a, simulator: {} }]",
      "VELIB_CONFIG_INVALID",
      "sources[1].name",
      "names tell sources apart",
    ],
    [
      "an unreachable address after a source that works",
      "sources: [{ name: a, simulator: {} }, { name: b, url: { address: 'http://127.0.0.1:CLOSED/' } }]",
      "VELIB_SOURCE_UNREACHABLE",
      "sources[1]: cannot reach http://127.0.0.1:CLOSED/",
      "check the address",
    ],
    [
      "a recording that is not there",
      "sources: [{ name: a, recording: { path: none.csv } }]",
      "VELIB_RECORDING_UNREADABLE",
      "sources[0]: cannot read the recording none.csv",
      "give the path",
    ],
    [
      "zones that are not there",
      "zones: { geojson: { path: none.geojson } }",
      "VELIB_CONFIG_UNREADABLE",
      "zones.geojson.path none.geojson",
      "give a readable GeoJSON file",
    ],
    [
      "zones that are a point",
      "zones: { geojson: { path: point.geojson } }",
      "VELIB_CONFIG_INVALID",
      "zones.geojson.path point.geojson",
      "expected a FeatureCollection of Polygon",
    ],
    [
      "zones without that name",
      "zones: { geojson: { path: nameless.geojson } }",
      "VELIB_CONFIG_INVALID",
      "zones.geojson.nameProperty",
      "name a property that every feature has",
    ],
    [
      "two kinds of zones",
      "zones: { by: commune, h3: { resolution: 8 } }",
      "VELIB_CONFIG_INVALID",
      "zones",
      "by and h3",
    ],
    ["a log kept for too short", "retention: { log: 1m }", "VELIB_CONFIG_INVALID", "retention.log", "at least"],
    ["no YAML", "sources: [", "VELIB_CONFIG_UNREADABLE", "--config", "give a readable YAML or JSON file"],
  ])("%s", async (_what, configuration, code, field, remedy) => {
    await writeFile(join(dir, "velib.yaml"), withPorts(configuration));
    await expectRefusal("local --config velib.yaml --port 0", code, field, remedy);
  });

  it.each<Case>([
    ["replay: an unknown key", "agregation: {}", "VELIB_CONFIG_INVALID", "agregation", "known here"],
    [
      "replay: a window that does not divide a day",
      "aggregation: { window: 7m }",
      "VELIB_CONFIG_WINDOW",
      "aggregation.window",
      "choose for example",
    ],
    [
      "replay: a window other than the data dir's",
      "{ dataDir: filled, aggregation: { window: 5m } }",
      "VELIB_DATA_DIR_SETTING",
      "aggregation.window",
      "keep that length",
    ],
    [
      "replay: zones that are not there",
      "zones: { geojson: { path: none.geojson } }",
      "VELIB_CONFIG_UNREADABLE",
      "zones.geojson.path",
      "give a readable GeoJSON file",
    ],
  ])("%s", async (_what, configuration, code, field, remedy) => {
    await writeFile(join(dir, "velib.yaml"), configuration);
    await expectRefusal("replay tiny.csv --config velib.yaml", code, field, remedy);
  });
});

/** Runs a call in the folder of the files: one line on standard error, exit code 2, and not a byte changed. */
async function expectRefusal(call: string, code: ErrorCode, field: string, remedy: string, user: RunOptions = {}) {
  const before = folderContent(dir);

  const ended = await runVelib(withPorts(call).split(" "), { cwd: dir, ...user });

  expect(ended.stderr).toMatch(/^velib: [^\n]+ \[VELIB_[A-Z_]+\]\n$/);
  expect(ended.stderr).toContain(`[${code}]`);
  expect(ended.stderr).toContain(withPorts(field));
  expect(ended.stderr).toContain(remedy);
  expect(ended).toMatchObject({ code: 2, stdout: "" });
  expect(folderContent(dir)).toEqual(before);
}

function withPorts(text: string): string {
  return text.replaceAll("CLOSED", String(closedPort)).replaceAll("PORT", String(port));
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : Number.NaN;
}
