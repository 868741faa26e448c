import { Command, Option } from "commander";
import type { ServiceOptions } from "./run-service.ts";

/** The command of one process of a pipeline: they differ in what they do, not in how they are called. */
export function serviceCommand(
  name: string,
  description: string,
  run: (options: ServiceOptions) => Promise<void>,
): Command {
  return new Command(name)
    .description(description)
    .requiredOption("--config <file>", "the pipeline's configuration, YAML or JSON")
    .addOption(
      new Option("--log-level <level>", "what is logged to standard error, as JSON")
        .choices(["debug", "info", "warn", "error", "silent"])
        .default("info"),
    )
    .action(run);
}

export interface ConsumerOptions extends ServiceOptions {
  untilDrained?: boolean;
}

/** The command of a process that works a log off. */
export function consumerCommand(
  name: string,
  description: string,
  run: (options: ConsumerOptions) => Promise<void>,
): Command {
  return serviceCommand(name, description, run).option(
    "--until-drained",
    "end once the records that are there at the start are worked off",
  );
}
