import { vi } from "vitest";
import { runCommandLine } from "../program.ts";

/** Runs a command line in this process, in a folder of its own. Only for calls that end at once. */
export async function callVelib(args: readonly string[], cwd = process.cwd()) {
  const written = { stdout: "", stderr: "" };
  const keep = (stream: keyof typeof written) => (text: unknown) => {
    written[stream] += String(text);
    return true;
  };
  const keepLine = (stream: keyof typeof written) => (text: unknown) => {
    written[stream] += `${String(text)}\n`;
  };
  const spies = [
    vi.spyOn(process.stdout, "write").mockImplementation(keep("stdout")),
    vi.spyOn(process.stderr, "write").mockImplementation(keep("stderr")),
    vi.spyOn(console, "log").mockImplementation(keepLine("stdout")),
    vi.spyOn(console, "error").mockImplementation(keepLine("stderr")),
  ];
  const before = process.cwd();
  process.chdir(cwd);
  try {
    return { code: await runCommandLine(["node", "velib", ...args]), ...written };
  } finally {
    process.chdir(before);
    for (const spy of spies) spy.mockRestore();
  }
}
