import { spawn } from "node:child_process";
import { VelibError } from "../../core/errors.ts";
import type { Share } from "./raw-share.ts";

/** How a batch starts readers beside itself: this program again, with the history's place as its arguments. */
export interface Readers {
  program: string;
  arguments: readonly string[];
}

/** What such a reader is told, as JSON in its `--read-share`. */
export interface ShareOrder {
  share: Share;
  folder: string;
}

/**
 * Reads a share in a process of its own: decoding the history is what a day costs, and one thread does one share.
 * @returns the number of observations
 * @throws VelibError VELIB_BATCH_READER when it fails; what was wrong is on standard error
 */
export async function readShareApart(readers: Readers, order: ShareOrder, signal: AbortSignal): Promise<number> {
  const given = ["batch", ...readers.arguments, "--read-share", JSON.stringify(order)];
  const child = spawn(process.execPath, [readers.program, ...given], { stdio: ["ignore", "pipe", "inherit"] });
  const stop = () => child.kill("SIGTERM");
  signal.addEventListener("abort", stop, { once: true });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    if (code === 0) return Number(output);
    throw new VelibError(
      "VELIB_BATCH_READER",
      `partition ${order.share.index} of source ${order.share.source}: its reader ended with ${code ?? "a signal"}; see its message above`,
    );
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
