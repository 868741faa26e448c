import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { recordingsDir } from "../../test/recordings-dir.ts";
import { runVelib } from "../child-process.ts";
import { report } from "../report.ts";

/** The whole embedded replay of a recording: read, decode, deduplicate, log, aggregate, archive, store. */
const rounds = 3;
const recordings = recordingsDir();
if (recordings === null) {
  console.error("replay: the recordings are absent; set VELIB_DATA_DIR or place them in ../shared/data");
  process.exit(1);
}
const observationsOfObserverA = 1_143_382;

for (let round = 0; round < rounds; round++) {
  const dir = mkdtempSync(join(tmpdir(), "velib-bench-"));
  try {
    const path = join(recordings, "paris-2024-11/observer-a.csv.gz");
    const replay = await runVelib(["replay", path, "--data-dir", dir, "--json"]);
    report({
      benchmark: "embedded replay of observer-a",
      case: "velib replay --pace max",
      round,
      wall_seconds: replay.wallSeconds,
      cpu_seconds: replay.cpuSeconds,
      cpu_seconds_per_million_rows: (replay.cpuSeconds / observationsOfObserverA) * 1e6,
      peak_mib: replay.peakMiB,
    });
  } finally {
    rmSync(dir, { recursive: true });
  }
}
