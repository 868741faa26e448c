import { Command } from "commander";
import { openRecording } from "../../adapters/recording/open-recording.ts";
import { VelibError } from "../../core/errors.ts";
import { stopSignal } from "../cli/stop-signal.ts";
import type { BackboneConfig } from "../config/backbone-config.ts";
import { checkOption } from "../config/check-option.ts";
import { checkBackboneConfig } from "../config/load-backbone-config.ts";
import { checkConfig, loadConfig, readConfigFile } from "../config/load-config.ts";
import { holdMs } from "../config/settings.ts";
import { timeOption } from "../config/time-option.ts";
import { Pacer, parsePace } from "./pace.ts";
import { ProgressBar } from "./progress-bar.ts";
import { replayIntoDataDir } from "./replay-into-data-dir.ts";
import type { ReplayRun } from "./replay-run.ts";
import { printSummary } from "./summary.ts";

interface Options {
  config?: string;
  dataDir?: string;
  pace: string;
  source?: string;
  hold?: string;
  timeZone: string;
  fromHistory?: boolean;
  from?: string;
  to?: string;
  as?: string;
  json?: boolean;
}

export function replayCommand(): Command {
  return new Command("replay")
    .description("Back-fill from a recording or a history: through the log into windows and history")
    .argument("[recording]", "a CSV (.csv, .csv.gz), its folder, or a folder of recorded bodies")
    .option("--data-dir <dir>", "the folder to fill; a second run goes on where the first one stopped")
    .option("--pace <pace>", "max, as recorded (1x), or faster (60x)", "max")
    .option("--source <name>", "the source's name (default: the recording's network, such as paris)")
    .option("--hold <duration>", "how long an observation holds (default: 10m, or twice the recording's interval)")
    .option("--time-zone <zone>", "of bodies whose file names say no zone", "Europe/Paris")
    .option("--config <file>", "configuration, YAML or JSON; a pipeline's: into its Kafka log")
    .option("--from-history", "replay a pipeline's own history (Cassandra) in place of a recording")
    .option("--from <time>", "of the history: windows from this time on (ISO 8601)")
    .option("--to <time>", "of the history: polls before this time (ISO 8601)")
    .option("--as <name>", "of the history: the source's name in what is filled (default: as it was)")
    .option("--json", "print the summary as JSON")
    .action(runReplay);
}

async function runReplay(path: string | undefined, options: Options): Promise<void> {
  checkOptions(path, options);
  const pipeline = pipelineConfig(options.config);
  const bar = new ProgressBar(process.stderr, Date.now);
  const run: ReplayRun = { stop: stopSignal(), onPoll: (progress, at) => bar.poll(progress, at) };
  const started = performance.now();
  try {
    const replayed = options.fromHistory
      ? await replayFromHistory(options, pipeline, run)
      : await replayRecording(path ?? "", options, pipeline, run);
    bar.done();
    printSummary(replayed, (performance.now() - started) / 1000, options.json === true);
  } finally {
    bar.done();
  }
}

async function replayRecording(path: string, options: Options, pipeline: BackboneConfig | null, run: ReplayRun) {
  const recording = await openRecording(path, { timeZone: options.timeZone });
  const name = options.source ?? recording.network;
  const hold = holdMs(options.hold, recording.intervalMs);
  const replaying = { recording, name, hold, pacer: new Pacer(parsePace(options.pace), Date.now) };
  if (pipeline !== null) {
    if (options.dataDir !== undefined) {
      throw invalid(
        "--data-dir: the configuration is a pipeline's, a recording goes into its Kafka log; give one of the two",
      );
    }
    const { replayIntoKafka } = await import("./replay-into-kafka.ts");
    return replayIntoKafka(pipeline, replaying, run);
  }
  const base = loadConfig(options.config ?? null);
  const config = checkConfig({ ...base, sources: [{ name, recording: { path } }] }, "options");
  return replayIntoDataDir(options.dataDir ?? config.dataDir, config, replaying, run);
}

async function replayFromHistory(options: Options, pipeline: BackboneConfig | null, run: ReplayRun) {
  const { source, as = source, from, to, dataDir } = options;
  if (pipeline === null || source === undefined || as === undefined) {
    throw invalid("--from-history: which history? give --config with the pipeline's configuration, and --source");
  }
  const { replayPipelineHistory } = await import("./replay-pipeline-history.ts");
  const stretch = {
    from: from === undefined ? null : timeOption("--from", from),
    to: to === undefined ? Number.POSITIVE_INFINITY : timeOption("--to", to),
  };
  return replayPipelineHistory(pipeline, { source, as, ...stretch }, dataDir ?? null, run);
}

/** The configuration of a pipeline; null: none is given, or one of a data dir. */
function pipelineConfig(path: string | undefined): BackboneConfig | null {
  if (path === undefined) return null;
  const content = readConfigFile(path);
  const isPipeline = typeof content === "object" && content !== null && "kafka" in content;
  return isPipeline ? checkBackboneConfig(content, path) : null;
}

function checkOptions(path: string | undefined, options: Options): void {
  checkOption("--pace", "pace", options.pace);
  checkOption("--source", "name", options.source);
  checkOption("--as", "name", options.as);
  checkOption("--hold", "hold", options.hold);
  const { fromHistory, from, to, as } = options;
  if (fromHistory && path !== undefined) throw invalid(`--from-history: replays no recording; leave ${path} out`);
  if (!fromHistory && path === undefined) {
    throw invalid("missing required argument 'recording': give a recording, or --from-history");
  }
  const ofHistory = [from, to, as].some((option) => option !== undefined);
  if (!fromHistory && ofHistory) throw invalid("--from, --to and --as: are of a history; add --from-history");
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

function invalid(message: string): VelibError {
  return new VelibError("VELIB_CONFIG_INVALID", message);
}
