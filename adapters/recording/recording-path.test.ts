import { join } from "node:path";
import { expect, test } from "vitest";
import { recordingFolder } from "./recording-folder.ts";
import { networkOf, recordingFiles } from "./recording-path.ts";

test.each([
  ["/data/paris-2024-11", "paris"],
  ["/data/oslo-2024", "oslo"],
  ["/data/ods-replay-2024-11-08", "ods-replay"],
  ["/data/Bay Wheels 20230719", "bay-wheels"],
  ["/data/velib", "velib"],
  ["/data/2024-11", "recording"],
])("the network of %s is %s", (folder, network) => {
  expect(networkOf(folder)).toBe(network);
});

test.each([
  ["the folder", ""],
  ["the file", "observer-a.csv.gz"],
  ["the file without its extension", "observer-a"],
])("a CSV is found with its list of stations by %s", async (_, name) => {
  using folder = recordingFolder("paris-2024-11");
  const file = folder.write("observer-a.csv.gz", "");
  const stations = folder.write("stations.csv", "");
  expect(await recordingFiles(join(folder.path, name))).toEqual({ kind: "csv", network: "paris", file, stations });
});

test("bodies are found by their folder, or one by its name", async () => {
  using folder = recordingFolder("ods-2024-11-08");
  const names = ["b_20241108_1600.json.gz", "a_20241108_1605.json"];
  for (const name of names) folder.write(name, "[]");
  folder.write("README.md", "");
  const bodies = { kind: "bodies", network: "ods", folder: folder.path };
  expect(await recordingFiles(folder.path)).toEqual({ ...bodies, names: names.toSorted() });
  expect(await recordingFiles(join(folder.path, "b_20241108_1600"))).toEqual({ ...bodies, names: [names[0]] });
});

test.each([
  ["nothing", [], "", "VELIB_RECORDING_FORMAT", /neither a status CSV nor \.json bodies/],
  ["two CSVs", ["a.csv", "b.csv"], "", "VELIB_RECORDING_FORMAT", /2 CSV files \(a\.csv, b\.csv\); give one of them/],
  ["another kind of file", ["a.txt"], "a.txt", "VELIB_RECORDING_FORMAT", /neither a \.csv nor a \.json file/],
  ["no such file", ["a.csv"], "b", "VELIB_RECORDING_UNREADABLE", /no such file or folder/],
])("%s is a clear error", async (_, files, name, code, message) => {
  using folder = recordingFolder("x");
  for (const file of files) folder.write(file, "");
  await expect(recordingFiles(join(folder.path, name))).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message),
  });
});
