import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWithRecordings } from "../recordings.ts";
import { type Content, contentOf, pollTimes } from "./data-dir-content.ts";
import { firstPolls } from "./first-polls.ts";
import { killPlan } from "./kill-plan.ts";
import { type Kill, ReplayedCity } from "./replayed-city.ts";
import { runVelib } from "./velib-process.ts";

/** A campaign (VELIB_KILLS) goes over the whole recording; every test run over its first hours, with a few kills. */
const campaign = process.env.VELIB_KILLS;
const kills = Number(campaign ?? 6);
const seed = Number(process.env.VELIB_SEED ?? 1);
/** Two days and some hours of the recording: longer than the log is kept. */
const slicePolls = 70;
const timeoutMs = campaign === undefined ? 180_000 : 3_600_000;

describeWithRecordings(`velib local on ${campaign ? "all" : "the first polls"} of observer-a`, (recordings) => {
  let dir: string;
  let recording: string;
  let polls: number[];
  let undisturbed: Content;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "velib-kill-"));
    const whole = join(recordings, "paris-2024-11/observer-a.csv.gz");
    recording = campaign === undefined ? await firstPolls(whole, slicePolls, join(dir, "paris-2024-11")) : whole;
    const dataDir = join(dir, "undisturbed");
    expect(await new ReplayedCity(dataDir, recording, []).runToEnd()).toEqual({ code: 0, stderr: "" });
    undisturbed = await contentOf(dataDir);
    polls = pollTimes(dataDir);
  }, timeoutMs);

  afterAll(async () => {
    await rm(dir, { recursive: true });
  });

  it("has windows, history and dead letters after an undisturbed run", () => {
    const lines = Object.entries(undisturbed).map(([table, content]) => [table, content.lines > 0]);
    expect(Object.fromEntries(lines)).toEqual(Object.fromEntries(lines.map(([table]) => [table, true])));
    expect(undisturbed.polls.lines).toBe(polls.length);
  });

  it(`holds the same, byte for byte, after ${kills} kills at random moments`, { timeout: timeoutMs }, async () => {
    const dataDir = join(dir, "killed");
    const city = new ReplayedCity(dataDir, recording, polls);
    const started = performance.now();
    const done: Kill[] = [];
    for (const moment of killPlan(kills, seed)) done.push(await city.startAndKill(moment));
    expect(await city.runToEnd()).toEqual({ code: 0, stderr: "" });
    console.log(report(done, (performance.now() - started) / 1000));

    expect(done).toHaveLength(kills);
    expect(await contentOf(dataDir)).toEqual(undisturbed);
  });

  it("holds the same after it was stopped by SIGTERM and by SIGINT", { timeout: timeoutMs }, async () => {
    const dataDir = join(dir, "stopped");
    const city = new ReplayedCity(dataDir, recording, polls);
    for (const [signal, share] of [
      ["SIGTERM", 0.2],
      ["SIGINT", 0.6],
    ] as const) {
      await using velib = city.start();
      await velib.listening();
      await city.logged(share);
      const { code, stdout, stderr } = await velib.stop(signal);
      expect({ signal, code, stderr }).toEqual({ signal, code: 0, stderr: "" });
      expect(stdout).toMatch(/stopped; the next start goes on from here\n$/);
    }
    await city.runToEnd();
    expect(await contentOf(dataDir)).toEqual(undisturbed);
  });

  it("leaves its data dir to no second process", { timeout: timeoutMs }, async () => {
    const dataDir = join(dir, "shared");
    const city = new ReplayedCity(dataDir, recording, polls);
    await using first = city.start();
    await first.listening();
    const second = await runVelib(["local", "--source", recording, "--port", "0", "--data-dir", dataDir]);
    expect(second).toMatchObject({ code: 2, stdout: "" });
    expect(second.stderr).toMatch(/^velib: --data-dir .*in use by another velib process.*\[VELIB_DATA_DIR_LOCKED\]\n$/);
    expect(await first.stop("SIGINT")).toMatchObject({ code: 0, stderr: "" });
  });
});

function report(kills: readonly Kill[], seconds: number): string {
  const phases = Map.groupBy(kills, ({ phase }) => phase);
  const halfWritten = kills.filter(({ uncommitted }) => uncommitted > 0);
  return [
    `${kills.length} kills with seed ${seed} in ${seconds.toFixed(0)} s, the last run to the end included:`,
    ...[...phases].map(([phase, { length }]) => `  ${length} ${phase}`),
    `  ${halfWritten.length} of them while a transaction was being written`,
  ].join("\n");
}
