import { afterAll, beforeAll, describe, it } from "vitest";
import type { ErrorCode } from "../../core/errors.ts";
import { BadPlaces } from "./bad-places.ts";
import { runVelib } from "./velib-process.ts";

/** A start takes half a second, several on a busy machine. */
const timeout = 60_000;

let places: BadPlaces;

beforeAll(async () => {
  places = await BadPlaces.make();
}, timeout);

afterAll(() => places.close());

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
    await places.expectRefusal(call, { code, field, remedy });
  });

  it.runIf(process.platform === "linux")("a data dir that the system refuses to make", async () => {
    const call = `${simulator} --data-dir /proc/velib-data`;
    const [field, remedy] = ["--data-dir /proc/velib-data", "choose another"];
    await places.expectRefusal(call, { code: "VELIB_DATA_DIR_UNREADABLE", field, remedy });
  });

  it("a data dir without the right to write", async ({ skip }) => {
    // Nothing is denied to root: it runs the command as nobody, who must be able to read the project for that.
    const isRoot = process.getuid?.() === 0;
    const user = isRoot ? { uid: 65_534, gid: 65_534 } : {};
    if (isRoot) skip((await runVelib(["--version"], user)).code !== 0, "only root can read the project here");
    const call = `${simulator} --data-dir read-only`;
    const [field, remedy] = ["--data-dir read-only", "check its owner and mode"];
    await places.expectRefusal(call, { code: "VELIB_DATA_DIR_UNREADABLE", field, remedy }, user);
  });
});
