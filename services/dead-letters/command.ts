import { Command, Option } from "commander";
import { deadLetterReasons } from "../../core/dead-letter/dead-letter.ts";
import { listDeadLetters } from "./list.ts";
import { redriveDeadLetters } from "./redrive.ts";

/** `velib dead-letters list | redrive`. */
export function deadLettersCommand(): Command {
  return new Command("dead-letters")
    .description("Look at what could not be used, and send it through again")
    .addCommand(listCommand())
    .addCommand(redriveCommand());
}

function listCommand(): Command {
  return selecting(new Command("list"))
    .description("Print dead letters, newest event time first")
    .option("--config <file>", "of a pipeline: its configuration, YAML or JSON")
    .option("--data-dir <dir>", "of a data dir (default: velib-data, without --config)")
    .option("--limit <number>", "at most so many letters", "50")
    .option("--counts", "how many there are by source and reason, in place of the letters")
    .addOption(new Option("--format <format>", "output format").choices(["table", "json", "ndjson"]).default("table"))
    .action(listDeadLetters);
}

function redriveCommand(): Command {
  return selecting(new Command("redrive"))
    .description("Send the records of dead letters through the log again, each at most once")
    .requiredOption("--config <file>", "the pipeline's configuration, YAML or JSON")
    .option("--dry-run", "say what would be sent, and send nothing")
    .option("--json", "print a line of JSON for each letter")
    .action(redriveDeadLetters);
}

function selecting(command: Command): Command {
  return command
    .addOption(new Option("--reason <reason>", "only letters of this reason").choices(deadLetterReasons))
    .option("--source <name>", "only letters of this source")
    .option("--since <time>", "only letters about this time (ISO 8601) or later")
    .option("--id <id>", "only this letter");
}
