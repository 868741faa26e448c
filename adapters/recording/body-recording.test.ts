import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { openRecording } from "./open-recording.ts";
import { pollsOf, readable, recordingFolder } from "./recording-folder.ts";

const row = { stationcode: "1001", numbikesavailable: 2, numdocksavailable: 3 };
const status = {
  last_updated: 1730449000,
  data: {
    stations: [
      {
        station_id: 7,
        num_bikes_available: 3,
        num_docks_available: 1,
        vehicle_types_available: [{ vehicle_type_id: "b", count: 3 }],
      },
    ],
  },
};

test("bodies of the Opendatasoft formats are polls in the order of their times", async () => {
  using folder = recordingFolder("velib-2024-11-01");
  folder.write("z_20241101_090000.json", JSON.stringify([row]));
  folder.write("b_2024-11-01T0805Z.json.gz", gzipSync(JSON.stringify({ total_count: 1, results: [row] })));
  folder.write("a_2024-11-01T0810Z.json", JSON.stringify({ nhits: 1, records: [{ fields: row }] }));
  folder.write("notes.json", "{}");
  const recording = await openRecording(folder.path);
  expect(recording).toMatchObject({ network: "velib", intervalMs: 300_000 });
  expect(recording.attribution.text).toContain("Vélib");
  const polls = await pollsOf(recording);
  expect(polls.map(({ poll }) => new Date(poll.at).toISOString().slice(11, 16))).toEqual(["08:00", "08:05", "08:10"]);
  expect(polls.map(({ poll }) => readable(poll).readings[0])).toMatchObject([
    { station: "1001", bikes: 2 },
    { station: "1001", bikes: 2 },
    { station: "1001", bikes: 2 },
  ]);
  expect(polls.at(-1)!.progress).toBe(1);
  const later = await pollsOf(recording, polls[1]!.poll.at);
  expect(later).toEqual(polls.slice(2));
});

test("times without a Z are those of the zone that is told", async () => {
  using folder = recordingFolder("montreal");
  folder.write("a_20241101_040000.json", "[]");
  const recording = await openRecording(folder.path, { timeZone: "America/Montreal" });
  expect((await pollsOf(recording))[0]!.poll.at).toBe(Date.UTC(2024, 10, 1, 8));
});

test("GBFS bodies are joined with the feeds beside them", async () => {
  using folder = recordingFolder("oslo");
  folder.write("station_status_2024-11-01T0800Z.json", JSON.stringify(status));
  const information = { data: { stations: [{ station_id: 7, stationCode: "0007", name: "Central", capacity: 4 }] } };
  folder.write("station_information.json", JSON.stringify(information));
  const types = [{ vehicle_type_id: "b", form_factor: "bicycle", propulsion_type: "human" }];
  folder.write("vehicle_types.json.gz", gzipSync(JSON.stringify({ data: { vehicle_types: types } })));
  folder.write("system_information.json", JSON.stringify({ data: { name: "Oslo", license_id: "NLOD-2.0" } }));
  const recording = await openRecording(folder.path);
  expect(recording.attribution).toMatchObject({ text: "Oslo", licence: "NLOD-2.0" });
  const [first] = await pollsOf(recording);
  const poll = readable(first?.poll);
  expect(poll).toMatchObject({ feedTime: 1730449000000, readings: [{ station: "0007", mechanical: 3, ebike: 0 }] });
  expect(poll.information?.get("0007")).toMatchObject({ name: "Central", capacity: 4 });
});

test("GBFS bodies alone have totals, and a licence nobody knows", async () => {
  using folder = recordingFolder("oslo");
  folder.write("station_status_2024-11-01T0800Z.json", JSON.stringify(status));
  const recording = await openRecording(folder.path);
  expect(recording.attribution).toMatchObject({ text: "oslo", licence: expect.stringMatching(/^unknown/) });
  const [first] = await pollsOf(recording);
  expect(readable(first?.poll).readings[0]).toMatchObject({ station: "7", bikes: 3, mechanical: null });
});

test.each([
  ["breaks off", "x_20241101_090000.json", '[{"stationcode": "1', "truncated-body"],
  [
    "breaks off in its gzip",
    "x_20241101_090000.json.gz",
    gzipSync(JSON.stringify(Array(5000).fill(row))).subarray(0, -20),
    "truncated-body",
  ],
  ["is no gzip", "x_20241101_090000.json.gz", "[]", "unreadable-body"],
  ["is a page", "x_20241101_090000.json", "<html>", "unreadable-body"],
  ["is of another shape", "x_20241101_090000.json", '{"a": 1}', "unexpected-format"],
])("a body that %s is an unreadable poll", async (_, name, content, reason) => {
  using folder = recordingFolder("velib");
  folder.write(name, content);
  expect(await pollsOf(await openRecording(folder.path))).toMatchObject([
    { poll: { at: Date.UTC(2024, 10, 1, 8), reason } },
  ]);
});

test("a folder without a time in any name is a clear error", async () => {
  using folder = recordingFolder("velib");
  folder.write("a.json", "[]");
  await expect(openRecording(folder.path)).rejects.toMatchObject({ code: "VELIB_RECORDING_FORMAT" });
});
