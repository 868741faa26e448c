import { Command } from "commander";
import { openRecording } from "../../adapters/recording/open-recording.ts";
import { VelibError } from "../../core/errors.ts";
import type { Recording } from "../../core/ports/source.ts";
import { stopSignal } from "../cli/stop-signal.ts";
import { version } from "../cli/version.ts";
import { checkOption } from "../config/check-option.ts";
import { checkConfig, loadConfig } from "../config/load-config.ts";
import { durationMs, holdMs, retentionSettings, windowSettings } from "../config/settings.ts";
import { zoneRule } from "../config/zone-rules.ts";
import { EmbeddedPlatform } from "../local/embedded-platform.ts";
import { createMetrics } from "../metrics/metrics.ts";
import { Pacer, parsePace } from "./pace.ts";
import { ProgressBar } from "./progress-bar.ts";
import type { ReplaySummary } from "./replay.ts";
import { replay } from "./replay.ts";

interface Options {
  config?: string;
  dataDir?: string;
  pace: string;
  source?: string;
  hold?: string;
  timeZone: string;
  json?: boolean;
}

export function replayCommand(): Command {
  return new Command("replay")
    .description("Fill a data dir from a recording: through the log into windows and history")
    .argument("<recording>", "a CSV (.csv, .csv.gz), its folder, or a folder of recorded bodies")
    .option("--data-dir <dir>", "the folder to fill; a second run goes on where the first one stopped")
    .option("--pace <pace>", "max, as recorded (1x), or faster (60x)", "max")
    .option("--source <name>", "the source's name (default: the recording's network, such as paris)")
    .option("--hold <duration>", "how long an observation holds (default: 10m, or twice the recording's interval)")
    .option("--time-zone <zone>", "of bodies whose file names say no zone", "Europe/Paris")
    .option("--config <file>", "configuration (window, zones, …), YAML or JSON")
    .option("--json", "print the summary as JSON")
    .action(runReplay);
}

async function runReplay(path: string, options: Options): Promise<void> {
  checkOptions(options);
  const recording = await openRecording(path, { timeZone: options.timeZone });
  const name = options.source ?? recording.network;
  const base = loadConfig(options.config ?? null);
  const config = checkConfig({ ...base, sources: [{ name, recording: { path } }] }, "options");
  const settings = {
    windows: windowSettings(config),
    keyframeMs: durationMs(config.deduplication.keyframeInterval),
    zoneOf: zoneRule(config.zones),
    retention: retentionSettings(config),
  };
  const hold = holdMs(options.hold, recording.intervalMs);

  const dir = options.dataDir ?? config.dataDir;
  const platform = new EmbeddedPlatform(dir, settings, createMetrics({ version }));
  const bar = new ProgressBar(process.stderr, Date.now);
  try {
    const started = performance.now();
    const summary = await replayInto(platform, recording, {
      name,
      hold,
      pacer: new Pacer(parsePace(options.pace), Date.now),
      stop: stopSignal(),
      onPoll: (progress, at) => bar.poll(progress, at),
    }).finally(() => bar.done());
    await platform.catchUp();
    const seconds = (performance.now() - started) / 1000;
    if (options.json) console.log(JSON.stringify({ source: name, data_dir: dir, ...snakeCase(summary), seconds }));
    else console.log(summaryText(name, dir, summary, seconds));
  } finally {
    await platform.close();
  }
}

function checkOptions(options: Options): void {
  checkOption("--pace", "pace", options.pace);
  checkOption("--source", "name", options.source);
  checkOption("--hold", "hold", options.hold);
  try {
    new Intl.DateTimeFormat("en", { timeZone: options.timeZone });
  } catch (cause) {
    throw new VelibError(
      "VELIB_CONFIG_INVALID",
      `--time-zone: expected an IANA zone such as Europe/Paris, got "${options.timeZone}"`,
      { cause },
    );
  }
}

interface Replaying {
  name: string;
  hold: number;
  pacer: Pacer;
  stop: AbortSignal;
  onPoll: (progress: number, at: number) => void;
}

/** Replays while the platform works the log off; ends early with whatever ends that. */
async function replayInto(
  platform: EmbeddedPlatform,
  recording: Recording,
  { name, hold, pacer, stop, onPoll }: Replaying,
): Promise<ReplaySummary> {
  const { producer, lastPollAt } = await platform.producer(name, hold);
  const following = new AbortController();
  const failed = new AbortController();
  const follow = platform.follow(following.signal);
  follow.catch(() => failed.abort());
  const signal = AbortSignal.any([stop, failed.signal]);
  try {
    return await replay(recording, producer, { holdMs: hold, after: lastPollAt, pacer, signal, onPoll });
  } finally {
    following.abort();
    await follow;
  }
}

function snakeCase(summary: ReplaySummary) {
  const { polls, rejectedPolls, changes, keyframes, absences, deadLetters, complete } = summary;
  return { polls, rejected_polls: rejectedPolls, changes, keyframes, absences, dead_letters: deadLetters, complete };
}

function summaryText(source: string, dir: string, summary: ReplaySummary, seconds: number): string {
  const letters = Object.entries(summary.deadLetters).map(([reason, count]) => `${count} ${reason}`);
  return [
    `${source}: ${summary.polls} polls in ${seconds.toFixed(1)} s${summary.complete ? "" : " (stopped; run again to go on)"}`,
    `  ${summary.changes} changes, ${summary.keyframes} keyframes, ${summary.absences} absences`,
    `  dead letters: ${letters.length === 0 ? "none" : letters.join(", ")}`,
    `  results: velib windows --data-dir ${dir}`,
  ].join("\n");
}
