import { execFile } from "node:child_process";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const sources = fileURLToPath(new URL("java", import.meta.url));

/** Builds the Java programs with Maven (Java 17; what they need comes from its registry) and returns where they are. */
export async function buildPeers(): Promise<string> {
  const cache = process.env.VELIB_TESTBED_CACHE ?? join(homedir(), ".cache", "velib-testbed");
  const dir = join(cache, "bench-aggregate");
  await promisify(execFile)("mvn", ["-q", "-B", `-Dbuild.root=${dir}`, "package"], { cwd: sources });
  return dir;
}
