import { copyFile, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWithRecordings } from "../../recordings.ts";
import { differences } from "./difference.ts";
import { type Counts, computeExpected, expectedCounts, quoted } from "./expected.ts";
import { replay, windows } from "./pipeline.ts";

/** Minutes of work on a machine with other things to do. */
const timeoutMs = 600_000;
const aggregation = { windowMs: 180_000, latenessMs: 30_000, keyframeMs: 600_000 };

describeWithRecordings("replaying paris-2024-11/observer-a", (recordings) => {
  const recording = join(recordings, "paris-2024-11/observer-a.csv.gz");
  let dir: string;
  let connection: DuckDBConnection;
  let counts: Counts;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "velib-observer-a-"));
    counts = await replay(recording, dir);
    connection = await computeExpected({
      format: "paris",
      recording,
      stations: join(recordings, "paris-2024-11/stations.csv"),
      source: "paris",
      ...aggregation,
    });
  }, timeoutMs);

  afterAll(async () => {
    connection?.closeSync();
    await rm(dir, { recursive: true });
  });

  it("counts changes, keyframes, absences and dead letters as the SQL does", async () => {
    expect(counts).toEqual(await expectedCounts(connection));
    // The recording's README: 770 polls, of which 10 lost every station code.
    expect(counts).toMatchObject({ polls: 760, deadLetters: { "no-valid-row": 10 } });
  });

  it("gives every station window that the SQL gives", { timeout: timeoutMs }, async () => {
    expect(await differences(connection, "station", await windows(dir, "station"))).toEqual([]);
  });

  it("gives every zone window that the SQL gives", { timeout: timeoutMs }, async () => {
    expect(await differences(connection, "zone", await windows(dir, "zone"))).toEqual([]);
  });
});

/** Uneven intervals of about 20 minutes, stations that come and go, and some that no list names. */
describeWithRecordings("replaying five days of oslo-2024", (recordings) => {
  const stations = join(recordings, "oslo-2024/station_information.csv");
  let dir: string;
  let connection: DuckDBConnection;
  let counts: Counts;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "velib-oslo-"));
    const recording = join(dir, "oslo");
    await mkdir(recording);
    await copyFile(stations, join(recording, "station_information.csv"));
    const status = join(recordings, "oslo-2024/status-2024-09-01_2024-10-15.csv.gz");
    await copyUntil("2024-09-06T00:00:00Z", status, join(recording, "status.csv"));
    // The interval is a matter of opinion where it is uneven, so `hold` is given to both.
    counts = await replay(recording, dir, ["--hold", "41m"]);
    connection = await computeExpected({
      format: "oslo",
      recording: join(recording, "status.csv"),
      stations,
      source: "oslo",
      holdMs: 41 * 60_000,
      ...aggregation,
    });
  }, timeoutMs);

  afterAll(async () => {
    connection?.closeSync();
    await rm(dir, { recursive: true });
  });

  it("counts changes, keyframes, absences and dead letters as the SQL does", async () => {
    expect(counts).toEqual(await expectedCounts(connection));
    expect(counts.absent).toBeGreaterThan(0);
  });

  it("gives every station window that the SQL gives", { timeout: timeoutMs }, async () => {
    expect(await differences(connection, "station", await windows(dir, "station"))).toEqual([]);
  });
});

/** Copies the polls of the Oslo recording before a time (ISO 8601). */
async function copyUntil(time: string, from: string, to: string): Promise<void> {
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  const rows = `FROM read_csv(${quoted(from)}, header = true, all_varchar = true) WHERE committed_at < ${quoted(time)}`;
  await connection.run(`COPY (${rows}) TO ${quoted(to)} (HEADER)`);
  connection.closeSync();
}
