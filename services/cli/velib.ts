#!/usr/bin/env node
import { enableCompileCache } from "node:module";
import { endSoon } from "./end-of-process.ts";
import { boundYoungGeneration, preferSmallHeap } from "./heap.ts";
import { isBrokenPipe, runCommandLine } from "./program.ts";

// Compiled and type-stripped code is kept between runs: starts in half the time and with 20 MB less.
enableCompileCache();
if (process.argv[2] === "local") preferSmallHeap();
else boundYoungGeneration();

process.stdout.on("error", (error) => {
  if (!isBrokenPipe(error)) throw error;
});
process.exitCode = await runCommandLine(process.argv);
endSoon();
