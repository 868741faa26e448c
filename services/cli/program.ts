import { Command } from "commander";
import { VelibError } from "../../core/errors.ts";
import { version } from "./version.ts";

/** Subcommands are loaded when they are called: none pays for the memory and start time of another's libraries. */
const commands = {
  local: async () => (await import("../local/command.ts")).localCommand(),
  replay: async () => (await import("../replay/command.ts")).replayCommand(),
  "dead-letters": async () => (await import("../dead-letters/command.ts")).deadLettersCommand(),
  windows: async () => (await import("../windows/command.ts")).windowsCommand(),
  produce: async () => (await import("../producer/command.ts")).produceCommand(),
  aggregate: async () => (await import("../aggregator/command.ts")).aggregateCommand(),
  archive: async () => (await import("../archiver/command.ts")).archiveCommand(),
  serve: async () => (await import("../api/command.ts")).serveCommand(),
  batch: async () => (await import("../batch/command.ts")).batchCommand(),
  train: async () => (await import("../trainer/command.ts")).trainCommand(),
  forget: async () => (await import("../forget/command.ts")).forgetCommand(),
  simulate: async () => (await import("../simulator/command.ts")).simulateCommand(),
  operator: async () => (await import("../../operator/command.ts")).operatorCommand(),
};

/** @param wanted the subcommand that is called; all are loaded when it is none of them */
export async function createProgram(wanted: string | undefined): Promise<Command> {
  const velib = new Command("velib")
    .description("Live averages and history for any bike-share network")
    .version(version)
    .showSuggestionAfterError()
    .configureOutput({ outputError: (text, write) => write(oneLine(text)) })
    .exitOverride();
  const called = Object.entries(commands).filter(([name]) => name === wanted);
  for (const [, load] of called.length > 0 ? called : Object.entries(commands)) velib.addCommand(await load());
  inheritSettings(velib);
  return velib;
}

function inheritSettings(parent: Command): void {
  for (const command of parent.commands) {
    command.copyInheritedSettings(parent);
    inheritSettings(command);
  }
}

/** Runs a command line and returns its exit code: 0 done, 1 failed while running, 2 called or configured wrongly. */
export async function runCommandLine(argv: readonly string[]): Promise<number> {
  try {
    await (await createProgram(argv[2])).parseAsync(argv);
    return 0;
  } catch (error) {
    return report(error);
  }
}

/** Says what an error means to whoever called; only what is our mistake shows its stack. */
export function report(error: unknown): number {
  if (error instanceof VelibError) {
    console.error(`velib: ${error.message} [${error.code}]`);
    return error.exitCode;
  }
  if (isCommanderError(error)) return error.exitCode === 0 ? 0 : 2;
  if (isBrokenPipe(error)) return 0;
  console.error(error);
  return 1;
}

/** The reader of standard output went away (`velib windows | head`). */
export function isBrokenPipe(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EPIPE";
}

/** Commander's message and its suggestion, which comes on a line of its own. */
function oneLine(text: string): string {
  return `velib: ${text
    .trim()
    .replace(/^error: /, "")
    .replaceAll("\n", " ")}\n`;
}

function isCommanderError(error: unknown): error is Error & { exitCode: number } {
  return error instanceof Error && "exitCode" in error && typeof error.exitCode === "number";
}
