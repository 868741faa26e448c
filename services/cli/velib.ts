#!/usr/bin/env node
import { enableCompileCache } from "node:module";
import { Command } from "commander";
import { VelibError } from "../../core/errors.ts";
import { boundYoungGeneration, preferSmallHeap } from "./heap.ts";
import { version } from "./version.ts";

// Compiled and type-stripped code is kept between runs: starts in half the time and with 20 MB less.
enableCompileCache();
if (process.argv[2] === "local") preferSmallHeap();
else boundYoungGeneration();

/** Subcommands are loaded when they are called: none pays for the memory and start time of another's libraries. */
const commands = {
  local: async () => (await import("../local/command.ts")).localCommand(),
  replay: async () => (await import("../replay/command.ts")).replayCommand(),
  windows: async () => (await import("../windows/command.ts")).windowsCommand(),
  simulate: async () => (await import("../simulator/command.ts")).simulateCommand(),
};

async function program(argument: string | undefined): Promise<Command> {
  const velib = new Command("velib")
    .description("Live averages and history for any bike-share network")
    .version(version)
    .showSuggestionAfterError()
    .exitOverride();
  const wanted = Object.entries(commands).filter(([name]) => name === argument);
  for (const [, load] of wanted.length > 0 ? wanted : Object.entries(commands)) velib.addCommand(await load());
  for (const command of velib.commands) command.exitOverride();
  return velib;
}

/** Exit codes: 0 done, 1 failed while running, 2 called or configured wrongly (docs/reference/errors.md). */
async function main(argv: string[]): Promise<void> {
  try {
    await (await program(argv[2])).parseAsync(argv);
  } catch (error) {
    process.exitCode = report(error);
  }
}

function report(error: unknown): number {
  if (error instanceof VelibError) {
    console.error(`velib: ${error.message} [${error.code}]`);
    return error.exitCode;
  }
  if (isCommanderError(error)) return error.exitCode === 0 ? 0 : 2;
  // The reader of standard output went away (`velib windows | head`).
  if (error instanceof Error && "code" in error && error.code === "EPIPE") return 0;
  console.error(error);
  return 1;
}

function isCommanderError(error: unknown): error is Error & { exitCode: number } {
  return error instanceof Error && "exitCode" in error && typeof error.exitCode === "number";
}

await main(process.argv);
