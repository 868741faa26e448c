import { join } from "node:path";
import { expect, test } from "vitest";
import { isValid } from "../../core/observation/validation.ts";
import { describeWithRecordings } from "../../test/recordings.ts";
import { openRecording } from "./open-recording.ts";
import { pollsOf, readable } from "./recording-folder.ts";

describeWithRecordings("the real recordings", (dir) => {
  test("paris-2024-11 is read whole", { timeout: 60_000 }, async () => {
    const recording = await openRecording(join(dir, "paris-2024-11/observer-a"));
    expect(recording).toMatchObject({ network: "paris", intervalMs: 300_000 });
    const seen = { polls: 0, rows: 0, named: 0, withSplit: 0, clockBackwards: 0 };
    let clock = 0;
    let progress = 0;
    for await (const step of recording.polls(null)) {
      const { readings, feedTime, information } = readable(step.poll);
      seen.polls++;
      seen.rows += readings.length;
      seen.named += readings.filter(isValid).length;
      seen.withSplit += readings.filter(({ mechanical }) => mechanical !== null).length;
      if ((feedTime ?? 0) < clock) seen.clockBackwards++;
      clock = feedTime ?? clock;
      expect(information?.size).toBe(1485);
      expect(step.progress).toBeGreaterThanOrEqual(progress);
      progress = step.progress;
    }
    expect(progress).toBe(1);
    // Rows with a station code and with a split, counted in the file by other means.
    expect(seen).toEqual({ polls: 770, rows: 1_143_382, named: 1_128_600, withSplit: 1_128_600, clockBackwards: 163 });
  });

  test("paris-2024-11 goes on after a poll", async () => {
    const recording = await openRecording(join(dir, "paris-2024-11"));
    const polls = await pollsOf(recording, Date.UTC(2024, 10, 10, 20, 45));
    expect(polls.map(({ poll }) => new Date(poll.at).toISOString().slice(11, 16))).toEqual(["20:50", "20:55"]);
    expect(readable(polls[1]?.poll).readings).toHaveLength(1485);
  });

  test("oslo-2024 is read with its clock and its list", async () => {
    const recording = await openRecording(join(dir, "oslo-2024"));
    expect(recording).toMatchObject({ network: "oslo", attribution: { licence: "NLOD 2.0" } });
    for await (const { poll } of recording.polls(null)) {
      const { at, feedTime, readings, information } = readable(poll);
      expect([at, feedTime]).toEqual([Date.UTC(2024, 8, 1, 0, 10, 58), 1725149445000]);
      expect(readings[0]).toMatchObject({ station: "377", bikes: 1, mechanical: 1, ebike: 0, docks: 27 });
      expect(information?.get("2351")).toMatchObject({ name: "Sogn Studentby", capacity: 18, commune: null });
      break;
    }
  });

  test("24 recorded exports are polls of every five minutes from 16:00 Paris time", async () => {
    const recording = await openRecording(join(dir, "samples/ods-replay-2024-11-08"));
    expect(recording).toMatchObject({ network: "ods-replay", intervalMs: 300_000 });
    const polls = (await pollsOf(recording)).map(({ poll }) => readable(poll));
    expect(polls).toHaveLength(24);
    expect(polls[0]!.at).toBe(Date.UTC(2024, 10, 8, 15, 0, 1));
    expect(polls[0]!.readings.every(isValid)).toBe(true);
  });

  test("the export that broke off is a truncated poll", async () => {
    const recording = await openRecording(join(dir, "samples/velib-ods-export-TRUNCATED.2024-11-05T1020Z"));
    const at = Date.UTC(2024, 10, 5, 10, 20);
    expect(await pollsOf(recording)).toMatchObject([{ poll: { at, reason: "truncated-body" }, progress: 1 }]);
  });
});
