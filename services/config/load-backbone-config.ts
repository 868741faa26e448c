import Value from "typebox/value";
import { VelibError } from "../../core/errors.ts";
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
