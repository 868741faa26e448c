import { readFileSync } from "node:fs";
import Value from "typebox/value";
import { parse } from "yaml";
import { VelibError } from "../../core/errors.ts";
import { durationMs } from "../../core/time/duration.ts";
import { Config } from "./config.ts";
import { firstProblem } from "./config-problem.ts";
import { authenticationProblem } from "./source-authentication.ts";

/**
 * Reads a configuration file (YAML or JSON), fills in defaults and checks it.
 * @param path null: defaults alone
 * @throws VelibError VELIB_CONFIG_UNREADABLE | VELIB_CONFIG_INVALID with the field's path and the remedy
 */
export function loadConfig(path: string | null): Config {
  const given = path === null ? {} : readConfigFile(path);
  return checkConfig(given, path ?? "configuration");
}

/** Fills in defaults and checks; `origin` names the file in messages. */
export function checkConfig(given: unknown, origin: string): Config {
  const filled = Value.Default(Config, structuredClone(given));
  if (!Value.Check(Config, filled)) throw new VelibError("VELIB_CONFIG_INVALID", firstProblem(Config, filled, origin));
  assertSources(filled, origin);
  const { retention, aggregation, deduplication } = filled;
  if (durationMs(retention.log) < durationMs(deduplication.keyframeInterval)) {
    const least = `deduplication.keyframeInterval (${deduplication.keyframeInterval})`;
    throw invalid(
      origin,
      "retention.log",
      `${retention.log} is too short: a start resumes from the log; at least ${least}`,
    );
  }
  if (durationMs(retention.windows) < durationMs(aggregation.window)) {
    throw invalid(
      origin,
      "retention.windows",
      `${retention.windows} is shorter than one window (${aggregation.window})`,
    );
  }
  return filled;
}

/** What the schema can't say of sources and zones. @throws VelibError VELIB_CONFIG_INVALID */
export function assertSources({ sources, zones }: Pick<Config, "sources" | "zones">, origin: string): void {
  for (const [i, source] of sources.entries()) {
    const kinds = [source.url, source.recording, source.simulator].filter((kind) => kind !== undefined);
    if (kinds.length !== 1) {
      throw invalid(origin, `sources[${i}]`, `set exactly one of url, recording and simulator, not ${kinds.length}`);
    }
    if (sources.findIndex((other) => other.name === source.name) !== i) {
      throw invalid(origin, `sources[${i}].name`, `"${source.name}" is used twice; names tell sources apart`);
    }
    if (source.recording !== undefined && source.interval !== undefined) {
      throw invalid(
        origin,
        `sources[${i}].interval`,
        "a recording has its own interval; leave it out, or set recording.pace",
      );
    }
    const authentication = source.url?.authentication;
    const problem = authentication === undefined ? null : authenticationProblem(authentication);
    if (problem !== null) {
      throw invalid(origin, `sources[${i}].url.authentication${problem.field}`, problem.remedy);
    }
  }
  const zoneKinds = Object.keys(zones ?? {});
  if (zoneKinds.length > 1) throw invalid(origin, "zones", `set only one of ${zoneKinds.join(" and ")}`);
}

export function readConfigFile(path: string): unknown {
  try {
    return parse(readFileSync(path, "utf8")) ?? {};
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.split("\n")[0] : String(cause);
    throw new VelibError("VELIB_CONFIG_UNREADABLE", `--config ${path}: ${why}; give a readable YAML or JSON file`, {
      cause,
    });
  }
}

export function invalid(origin: string, field: string, remedy: string): VelibError {
  return new VelibError("VELIB_CONFIG_INVALID", `${origin}: ${field}: ${remedy}`);
}
