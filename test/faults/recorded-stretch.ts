import { createReadStream } from "node:fs";
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { createGunzip } from "node:zlib";
import { share } from "../../core/simulation/random.ts";

export interface StretchSettings {
  /** How many polls of the recording come before the stretch. */
  skip: number;
  polls: number;
  /** The share of the stations that is kept; the same stations for every stretch. */
  stations: number;
  /** A longer pause between two polls (a night) is shortened to this, so that a paced replay does not stand still, ms. */
  longestPauseMs: number;
}

/**
 * Writes a stretch of a recorded CSV, and the list of its stations, into a folder. Returns the new CSV's path.
 * Everything but the polls' times is as it was recorded, its faults included.
 */
export async function recordedStretch(recording: string, settings: StretchSettings, folder: string): Promise<string> {
  const input = createReadStream(recording);
  const lines: string[] = [];
  const clock = new ShortenedClock(settings.longestPauseMs);
  let polls = 0;
  let polledAt = "";
  let row = 0;
  for await (const line of createInterface({ input: input.pipe(createGunzip()) })) {
    if (lines.length === 0) {
      lines.push(line);
      continue;
    }
    const comma = line.indexOf(",");
    if (line.slice(0, comma) !== polledAt) {
      polledAt = line.slice(0, comma);
      row = 0;
      polls++;
      if (polls > settings.skip + settings.polls) break;
    }
    row++;
    if (polls <= settings.skip) continue;
    const station = line.slice(comma + 1, line.indexOf(",", comma + 1));
    // Rows that lost their station's code are thinned by their place.
    if (share(...Buffer.from(station === "" ? `row ${row}` : station)) >= settings.stations) continue;
    lines.push(`${clock.at(polledAt)}${line.slice(comma)}`);
  }
  input.destroy();
  await mkdir(folder, { recursive: true });
  await copyFile(join(dirname(recording), "stations.csv"), join(folder, "stations.csv"));
  const copy = join(folder, "status.csv");
  await writeFile(copy, `${lines.join("\n")}\n`);
  return copy;
}

/** Time that runs as recorded, but makes no long pauses. */
class ShortenedClock {
  readonly #longestPauseMs: number;
  #recorded: number | null = null;
  #shown = 0;

  constructor(longestPauseMs: number) {
    this.#longestPauseMs = longestPauseMs;
  }

  at(recorded: string): string {
    const ms = Date.parse(recorded);
    this.#shown = this.#recorded === null ? ms : this.#shown + Math.min(ms - this.#recorded, this.#longestPauseMs);
    this.#recorded = ms;
    return new Date(this.#shown).toISOString().replace(".000Z", "Z");
  }
}
