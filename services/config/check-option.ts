import type { TSchema } from "typebox";
import Value from "typebox/value";
import { VelibError } from "../../core/errors.ts";
import { Config, SourceConfig } from "./config.ts";
import { annotation, schemaAt } from "./config-schema.ts";

/** What an option's value has to be: the same as the configuration's. */
const optionSchemas = {
  name: SourceConfig.properties.name,
  hold: SourceConfig.properties.hold,
  pace: schemaAt(SourceConfig, ["recording", "pace"]),
  port: schemaAt(Config, ["http", "port"]),
};

/**
 * Refuses an option's value that the configuration would refuse, by the option's name; undefined is not given.
 * @throws VelibError VELIB_CONFIG_INVALID
 */
export function checkOption(option: string, kind: keyof typeof optionSchemas, value: string | undefined): void {
  if (value === undefined) return;
  const schema = optionSchemas[kind];
  const given = kind === "port" && /^\d+$/.test(value) ? Number(value) : value;
  if (isSchema(schema) && Value.Check(schema, given)) return;
  throw new VelibError(
    "VELIB_CONFIG_INVALID",
    `${option}: expected ${annotation(schema, "expected")}, got ${JSON.stringify(value)}`,
  );
}

function isSchema(schema: unknown): schema is TSchema {
  return typeof schema === "object" && schema !== null;
}
