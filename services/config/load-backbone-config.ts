import Value from "typebox/value";
import { VelibError } from "../../core/errors.ts";
import { timeZone } from "../../core/time/time-zone.ts";
import { usersSource } from "../../core/users/users-api.ts";
import { BackboneConfig } from "./backbone-config.ts";
import { firstProblem } from "./config-problem.ts";
import { assertSources, invalid, readConfigFile } from "./load-config.ts";

/**
 * Reads the configuration of a pipeline's processes (YAML or JSON), fills in defaults and checks it.
 * @throws VelibError VELIB_CONFIG_UNREADABLE | VELIB_CONFIG_INVALID with the field's path and the remedy
 */
export function loadBackboneConfig(path: string): BackboneConfig {
  return checkBackboneConfig(readConfigFile(path), path);
}

/** Fills in defaults and checks; `origin` names the file in messages. */
export function checkBackboneConfig(given: unknown, origin: string): BackboneConfig {
  const filled = Value.Default(BackboneConfig, structuredClone(given));
  if (!Value.Check(BackboneConfig, filled)) {
    throw new VelibError("VELIB_CONFIG_INVALID", firstProblem(BackboneConfig, filled, origin));
  }
  assertSources(filled, origin);
  assertCredentials(filled, origin);
  const zone = filled.batch?.timeZone;
  if (zone !== undefined && timeZone(zone) === null) {
    throw invalid(origin, "batch.timeZone", `expected an IANA zone such as Europe/Paris, got "${zone}"`);
  }
  if (filled.users !== undefined && URL.parse(filled.users.randomUser.url) === null) {
    throw invalid(origin, "users.randomUser.url", `"${filled.users.randomUser.url}" is no address; check it`);
  }
  const taken = filled.sources.findIndex(({ name }) => name === usersSource);
  if (taken >= 0) {
    throw invalid(
      origin,
      `sources[${taken}].name`,
      `"${usersSource}" is what the users flow is called; choose another`,
    );
  }
  return filled;
}

/** What is given by value or by file is given once. @throws VelibError VELIB_CONFIG_INVALID */
function assertCredentials({ kafka, mongodb, cassandra }: BackboneConfig, origin: string): void {
  const { authentication } = kafka;
  if (authentication !== undefined) assertUserName("kafka.authentication", authentication, origin);
  if (authentication !== undefined && (authentication.username ?? authentication.usernameFile) === undefined) {
    throw invalid(origin, "kafka.authentication.username", "missing, expected a name; set it or usernameFile");
  }
  if (mongodb !== undefined) assertUserName("mongodb", mongodb, origin);
  if (cassandra !== undefined) assertUserName("cassandra", cassandra, origin);
  if (mongodb !== undefined && (mongodb.uri === undefined) === (mongodb.uriFile === undefined)) {
    throw invalid(origin, "mongodb.uri", "set exactly one of uri and uriFile: where the server is");
  }
}

function assertUserName(section: string, given: { username?: string; usernameFile?: string }, origin: string): void {
  if (given.username === undefined || given.usernameFile === undefined) return;
  throw invalid(origin, `${section}.usernameFile`, "set only one of username and usernameFile");
}
