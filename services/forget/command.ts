import { Command, Option } from "commander";
import { VelibError } from "../../core/errors.ts";
import { loadBackboneConfig } from "../config/load-backbone-config.ts";
import { forget, type StoreName, storesOf } from "./forget.ts";

interface Options {
  config: string;
  yes?: boolean;
  only?: StoreName[];
}

const description =
  "Delete all that a pipeline keeps in Kafka, MongoDB and Cassandra, for good; stop its processes before";

export function forgetCommand(): Command {
  return new Command("forget")
    .description(description)
    .requiredOption("--config <file>", "the pipeline's configuration, YAML or JSON")
    .addOption(
      new Option("--only <store...>", "only these (default: all that the configuration names)").choices([
        "kafka",
        "mongodb",
        "cassandra",
      ]),
    )
    .option("--yes", "do it: nothing that was deleted can be had back")
    .action(runForget);
}

/** Prints a line for each thing that was deleted. Run again after a failure, it goes on with what is left. */
async function runForget({ config: path, yes, only }: Options): Promise<void> {
  const config = loadBackboneConfig(path);
  const stores = only ?? storesOf(config);
  if (yes !== true) {
    throw new VelibError(
      "VELIB_CONFIG_INVALID",
      `--yes: missing; all of pipeline ${config.pipeline} in ${stores.join(", ")} would be deleted, add --yes to do so`,
    );
  }
  let deleted = 0;
  for await (const line of forget(config, stores)) {
    console.log(`deleted ${line}`);
    deleted++;
  }
  if (deleted === 0) console.log(`nothing of ${config.pipeline} was left`);
}
