import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { openDataDir } from "../../../adapters/sqlite/data-dir.ts";
import { SqliteHistory } from "../../../adapters/sqlite/sqlite-history.ts";
import type { ObservationRecord, PollMarker } from "../../../core/log/record.ts";
import { commuterCounts, hour, minute, observation } from "../../../core/models/testing/station-history.ts";
import { pollMarker } from "../../../test/contracts/log-records.ts";

/** A data dir whose history has commuter stations at the given polls, as keyframes. */
export async function commuterHistory(
  polls: readonly number[],
  stations: readonly string[] = ["1", "2", "3"],
): Promise<{ dir: string; history: SqliteHistory }> {
  const dir = mkdtempSync(join(tmpdir(), "velib-trainer-"));
  const dataDir = openDataDir(dir);
  onTestFinished(() => {
    dataDir.close();
    rmSync(dir, { recursive: true });
  });
  const history = new SqliteHistory(dataDir.database);
  const observations: ObservationRecord[] = [];
  const markers: PollMarker[] = [];
  for (const at of polls) {
    markers.push({ ...pollMarker("paris", at), holdMs: 20 * minute });
    for (const [i, station] of stations.entries()) {
      observations.push({ kind: "keyframe", ...observation({ at, station, ...commuterCounts(at, i * hour) }) });
    }
  }
  await history.append({ observations, polls: markers, partition: 0, offset: 1n });
  return { dir, history };
}
