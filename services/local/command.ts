import { fileURLToPath } from "node:url";
import { Command, Option } from "commander";
import { pino } from "pino";
import { VelibError } from "../../core/errors.ts";
import { durationMs } from "../../core/time/duration.ts";
import { ReaderTokens } from "../api/reader-tokens.ts";
import { stopSignal } from "../cli/stop-signal.ts";
import { version } from "../cli/version.ts";
import { checkOption } from "../config/check-option.ts";
import type { Config } from "../config/config.ts";
import { LiveZones } from "../config/live-zones.ts";
import { checkConfig, loadConfig } from "../config/load-config.ts";
import { retentionSettings, windowSettings } from "../config/settings.ts";
import { createMetrics } from "../metrics/metrics.ts";
import { openSource } from "../sources/open-source.ts";
import type { RunnableSource } from "../sources/runnable-source.ts";
import { named, sourceConfig, tryLiveFeed } from "./choose-sources.ts";
import { EmbeddedPlatform } from "./embedded-platform.ts";
import { assertPortFree, runLocal } from "./local.ts";

interface Options {
  source?: string;
  name?: string;
  pace: string;
  dataDir?: string;
  port?: string;
  host?: string;
  config?: string;
  logLevel: string;
}

const consoleDir = fileURLToPath(new URL("../console/dist", import.meta.url));

export function localCommand(): Command {
  return new Command("local")
    .description("Everything in one process: poll or replay, aggregate, serve the API and the console")
    .option("--source <what>", "an address, a recording's path, or simulator (default: Vélib live, else the simulator)")
    .option("--name <name>", "the source's name")
    .option("--pace <pace>", "of a recording: max, 1x or faster (60x)", "1x")
    .option("--data-dir <dir>", "where everything is kept; a second start goes on there (default: velib-data)")
    .option("--port <number>", "port of the console and the API, 0 for any (default: 8080)")
    .option("--host <address>", "address to listen on (default: 127.0.0.1)")
    .option("--config <file>", "configuration (sources, zones, window, …), YAML or JSON")
    .addOption(
      new Option("--log-level <level>", "what is logged to standard error, as JSON")
        .choices(["debug", "info", "warn", "error", "silent"])
        .default("warn"),
    )
    .action(runCommand);
}

async function runCommand(options: Options): Promise<void> {
  const config = await configOf(options);
  const windows = windowSettings(config);
  const metrics = createMetrics({ version });
  const logger = pino({ level: options.logLevel }, pino.destination({ dest: 2, sync: true }));
  const zones = new LiveZones(config.zones, { logger, metrics });
  const { host, port, authentication } = config.http;
  await assertPortFree(host, port);
  const signal = stopSignal();
  const opened = await openSources(config, options.source, signal).catch((error: unknown) => {
    if (signal.aborted) return null;
    throw error;
  });
  if (opened === null) {
    console.log("stopped before a source was open; nothing was written");
    return;
  }
  const { sources, notice } = opened;
  try {
    const keyframeMs = durationMs(config.deduplication.keyframeInterval);
    const readers = authentication && (await ReaderTokens.open(authentication.bearerTokensFolder, logger));
    const retention = retentionSettings(config);
    const settings = { windows, keyframeMs, zoneOf: zones.rule, retention };
    const platform = new EmbeddedPlatform(config.dataDir, settings, metrics);
    const onListening = (url: string) => console.log(welcome(url, config.dataDir, sources, notice));
    const { now, random } = { now: Date.now, random: Math.random };
    const services = { platform, sources, zones, metrics, logger, consoleDir, version, now, random, signal };
    const restricted = readers === undefined ? services : { ...services, readers };
    await runLocal({ ...restricted, host, port, onListening }).finally(() => platform.close());
    console.log("stopped; the next start goes on from here");
  } finally {
    await Promise.all(sources.map((source) => source.close()));
  }
}

async function configOf(options: Options): Promise<Config> {
  checkOption("--port", "port", options.port);
  checkOption("--pace", "pace", options.pace);
  checkOption("--name", "name", options.name);
  if (options.name !== undefined && options.source === undefined) {
    throw new VelibError("VELIB_CONFIG_INVALID", "--name: names the source given with --source; give both");
  }
  const config = loadConfig(options.config ?? null);
  const sources =
    options.source === undefined ? config.sources : [await sourceConfig(options.source, options.name, options.pace)];
  const http = {
    ...config.http,
    host: options.host ?? config.http.host,
    port: options.port === undefined ? config.http.port : Number(options.port),
  };
  return checkConfig({ ...config, http, sources, dataDir: options.dataDir ?? config.dataDir }, "options");
}

async function openSources(
  config: Config,
  given: string | undefined,
  signal: AbortSignal,
): Promise<{ sources: RunnableSource[]; notice: string }> {
  if (config.sources.length > 0) {
    const sources: RunnableSource[] = [];
    try {
      for (const [i, source] of config.sources.entries()) {
        const field = given === undefined ? `sources[${i}]` : "--source";
        sources.push(await named(field, openSource(source, Date.now, signal)));
      }
    } catch (error) {
      // A simulator that stays open would keep the process alive.
      await Promise.all(sources.map((source) => source.close()));
      throw error;
    }
    return { sources, notice: "" };
  }
  const live = await tryLiveFeed(Date.now, signal);
  if (live.source !== null) return { sources: [live.source], notice: "" };
  const simulated = await openSource(await sourceConfig("simulator", undefined, "1x"), Date.now, signal);
  const notice = `Vélib's live feed can't be had here (${live.reason}).\nShowing a SIMULATED city instead: its numbers are made up.\n`;
  return { sources: [simulated], notice };
}

function welcome(url: string, dataDir: string, sources: readonly RunnableSource[], notice: string): string {
  const lines = sources.map(({ description: { name, description } }) => `  source   ${name}: ${description}`);
  return [
    `${notice}velib ${version}`,
    ...lines,
    `  data     ${dataDir}`,
    `  console  ${url}/`,
    `  API      ${url}/docs`,
    "Ctrl-C stops.",
  ].join("\n");
}
