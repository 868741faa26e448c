import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { isValid } from "../../core/observation/validation.ts";
import { openRecording } from "./open-recording.ts";
import { pollsOf, readable, recordingFolder } from "./recording-folder.ts";

const header =
  "polled_at,stationcode,is_installed,is_renting,is_returning,capacity,numdocksavailable,numbikesavailable,mechanical,ebike,duedate";
const start = Date.UTC(2024, 10, 1, 8);
const minute = 60_000;

function time(n: number): string {
  return new Date(start + n * 5 * minute).toISOString().replace(".000", "");
}

function line(n: number, station: string): string {
  return `${time(n)},${station},1,0,,20,12,7,3,4,2024-11-01T07:5${n % 10}:00Z`;
}

/** Opens a recording of one CSV and, where told, a list of stations. */
async function open(content: string, stations?: string) {
  using kept = new DisposableStack();
  const folder = kept.use(recordingFolder("paris-2024-11"));
  folder.write("status.csv.gz", gzipSync(content));
  if (stations !== undefined) folder.write("stations.csv", stations);
  const recording = await openRecording(folder.path);
  const files = kept.move();
  return { recording, [Symbol.dispose]: () => files.dispose() };
}

test("rows are decoded; an empty cell is null, and the list of stations is the information of each poll", async () => {
  const stations =
    'stationcode,name,lat,lon,capacity,nom_arrondissement_communes\n1001,"Pont, Neuf",48.8,2.3,17,Paris\n';
  using opened = await open(`${header}\n${line(0, "1001")}\n${line(1, "1001").replace("3,4", ",")}\n`, stations);
  const { recording } = opened;
  expect(recording).toMatchObject({ network: "paris", intervalMs: 5 * minute });
  expect(recording.attribution.text).toContain("Vélib");
  const polls = (await pollsOf(recording)).map(({ poll }) => readable(poll));
  expect(polls[0]).toEqual({
    at: start,
    feedTime: Date.UTC(2024, 10, 1, 7, 50),
    readings: [
      {
        station: "1001",
        bikes: 7,
        mechanical: 3,
        ebike: 4,
        docks: 12,
        installed: true,
        renting: false,
        returning: null,
        reportedAt: Date.UTC(2024, 10, 1, 7, 50),
        metadata: { name: null, lat: null, lon: null, capacity: 20, commune: null },
        raw: line(0, "1001").split(","),
      },
    ],
    information: new Map([["1001", { name: "Pont, Neuf", lat: 48.8, lon: 2.3, capacity: 17, commune: "Paris" }]]),
  });
  expect(polls[1]!.readings[0]).toMatchObject({ bikes: 7, mechanical: null, ebike: null });
  expect(polls[1]!.information).toBe(polls[0]!.information);
});

test("columns may stand in another order, with others between them, after a byte order mark", async () => {
  const order = `\uFEFFextra,${header.split(",").toReversed().join(",")}`;
  const row = `x,${line(0, "1001").split(",").toReversed().join(",")}`;
  using opened = await open(`${order}\r\n${row}\r\n`);
  const [first] = await pollsOf(opened.recording);
  expect(readable(first?.poll)).toMatchObject({ at: start, readings: [{ station: "1001", bikes: 7, docks: 12 }] });
  expect(await pollsOf(opened.recording, start)).toEqual([]);
});

test.each([
  ["too few cells", `${time(0)},1002,1`],
  ["too many cells", `${line(0, "1002")},x`],
  ["a time that is none", line(0, "1002").replace(time(0), "08:00")],
  ["another time in a row of too few cells", `${time(9)},1002`],
  ["an open quote", `"${line(0, "1002")}`],
  ["nothing", ""],
  ["a count that is none", line(0, "1002").replace(",7,", ",seven,")],
  ["a count in hexadecimal", line(0, "1002").replace(",7,", ",0x7,")],
])("a row with %s is one reading that is not valid, and costs nothing else", async (_, bad) => {
  const rows = [line(0, "1001"), bad, line(0, "1003"), line(1, "1001"), line(1, "1003")];
  using opened = await open(`${header}\n${rows.join("\n")}\n`);
  const polls = (await pollsOf(opened.recording)).map(({ poll }) => readable(poll));
  expect(polls.map(({ at }) => at)).toEqual([start, start + 5 * minute]);
  expect(polls.map(({ readings }) => readings.map(isValid))).toEqual([
    [true, false, true],
    [true, true],
  ]);
  expect(await pollsOf(opened.recording, start)).toHaveLength(1);
});

test("bad rows before the first poll go with it", async () => {
  using opened = await open(`${header}\nbroken\n${line(0, "1001")}\n`);
  const [first] = await pollsOf(opened.recording);
  expect(readable(first?.poll).readings.map(({ station }) => station)).toEqual([null, "1001"]);
});

test("going on after any poll gives what the whole recording gives after it", async () => {
  const row = fc.tuple(fc.nat(5), fc.constantFrom("1001", "1002", "bad,row", '"')).map(([n, s]) => line(n, s));
  await fc.assert(
    fc.asyncProperty(fc.array(row), fc.integer({ min: -1, max: 6 }), async (rows, n) => {
      using opened = await open(`${header}\n${[line(0, "1000"), ...rows].join("\n")}`);
      const after = start + n * 5 * minute;
      const all = await pollsOf(opened.recording);
      expect(await pollsOf(opened.recording, after)).toEqual(all.filter(({ poll }) => poll.at > after));
    }),
    { numRuns: 60 },
  );
});

test.each([
  [
    "lacks columns",
    "polled_at,stationcode,mechanical,ebike\n",
    /lacks the columns is_installed, .*numdocksavailable, duedate, capacity;/,
  ],
  ["is of another kind", "a,b\n1,2\n", /lacks the columns polled_at, stationcode/],
  [
    "lacks one of Oslo's",
    "committed_at,station_id,is_installed,is_renting,is_returning,num_bikes_available,bike,ebike,num_docks_available,last_reported\n",
    /lacks the column last_updated;/,
  ],
  ["is empty", "", /it is empty/],
  ["has a header only", `${header}\n`, /no row of it has the time of a poll/],
])("a CSV that %s is a clear error", async (_, content, message) => {
  await expect(open(content)).rejects.toMatchObject({
    code: "VELIB_RECORDING_FORMAT",
    message: expect.stringMatching(message),
  });
});

test.each([
  ["lacks columns", "stationcode,name\n1,x\n", /lacks lat, lon, capacity/],
  ["is no CSV", 'stationcode,name,lat,lon,capacity\n"', /stations\.csv/],
])("a list of stations that %s is a clear error", async (_, stations, message) => {
  await expect(open(`${header}\n${line(0, "1001")}\n`, stations)).rejects.toMatchObject({
    code: "VELIB_RECORDING_FORMAT",
    message: expect.stringMatching(message),
  });
});

test("a gzip file that breaks off gives its whole polls and then a clear error", async () => {
  const rows = Array.from({ length: 60_000 }, (_, i) => line(Math.floor(i / 1000), String(i * 7919)));
  using folder = recordingFolder("paris");
  const bytes = gzipSync(`${header}\n${rows.join("\n")}\n`);
  folder.write("status.csv.gz", bytes.subarray(0, bytes.length * 0.9));
  const recording = await openRecording(folder.path);
  const sizes: number[] = [];
  const read = async () => {
    for await (const { poll } of recording.polls(null)) sizes.push(readable(poll).readings.length);
  };
  await expect(read()).rejects.toMatchObject({ code: "VELIB_RECORDING_UNREADABLE" });
  expect(new Set(sizes)).toEqual(new Set([1000]));
});
