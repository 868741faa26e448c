import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSource } from "../sources/open-source.ts";
import { sourceConfig, velibLiveUrl } from "./choose-sources.ts";

const { signal } = new AbortController();

let dir: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "velib-sources-"));
  for (const minute of ["00", "05"]) {
    const body = JSON.stringify([{ stationcode: "1001", numbikesavailable: 1, numdocksavailable: 2 }]);
    writeFileSync(join(dir, `20241108T12${minute}00Z.json`), body);
  }
});

afterAll(() => rmSync(dir, { recursive: true }));

describe("--source", () => {
  it.each([
    ["simulator", undefined, { name: "simulated", simulator: { stations: 1500, seed: 1 } }],
    ["simulator", "toy", { name: "toy", simulator: { stations: 1500, seed: 1 } }],
    [velibLiveUrl, undefined, { name: "paris", url: { address: velibLiveUrl } }],
    [
      "https://GBFS.example.org/x",
      undefined,
      { name: "gbfs-example-org", url: { address: "https://GBFS.example.org/x" } },
    ],
    ["http://127.0.0.1:9/x", "toy", { name: "toy", url: { address: "http://127.0.0.1:9/x" } }],
  ])("%s named %s", async (given, name, expected) => {
    expect(await sourceConfig(given, name, "1x")).toEqual(expected);
  });

  it("may be a recording, by its path", async () => {
    const config = await sourceConfig(dir, "paris", "60x");

    expect(config).toEqual({ name: "paris", recording: { path: dir, pace: "60x" } });
  });

  it("is refused when it is nothing of that", async () => {
    await expect(sourceConfig("nowhere", undefined, "1x")).rejects.toMatchObject({
      code: "VELIB_RECORDING_UNREADABLE",
    });
  });
});

describe("opening a source", () => {
  it("takes a recording's own interval for its hold", async () => {
    const source = await openSource({ name: "paris", recording: { path: dir, pace: "max" } }, () => 0, signal);

    expect(source.description).toMatchObject({
      name: "paris",
      kind: "recording",
      simulated: false,
      intervalMs: 300_000,
    });
    expect(source.holdMs).toBe(600_000);
    await source.close();
  });

  it("starts a simulator that says that it is one", async () => {
    const config = { name: "toy", simulator: { stations: 5, seed: 1 }, interval: "6m", hold: "7m" };

    const source = await openSource(config, () => Date.UTC(2024, 10, 8), signal);
    await source.close();

    expect(source.description).toMatchObject({ name: "toy", kind: "simulator", simulated: true, intervalMs: 360_000 });
    expect(source.holdMs).toBe(420_000);
  });

  it("says that an address can't be reached", async () => {
    const config = { name: "toy", url: { address: "http://127.0.0.1:1/gbfs.json" } };

    await expect(openSource(config, () => 0, signal)).rejects.toMatchObject({ code: "VELIB_SOURCE_UNREACHABLE" });
  });
});
