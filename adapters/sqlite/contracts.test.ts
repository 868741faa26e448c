import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { deadLettersContract } from "../../test/contracts/dead-letters-contract.ts";
import { historyStoreContract } from "../../test/contracts/history-store-contract.ts";
import { logTailContract } from "../../test/contracts/log-tail-contract.ts";
import { observationLogContract } from "../../test/contracts/observation-log-contract.ts";
import type { Open } from "../../test/contracts/opened.ts";
import { resultQueryContract } from "../../test/contracts/result-query-contract.ts";
import { windowMs } from "../../test/contracts/result-rows.ts";
import { resultStoreContract } from "../../test/contracts/result-store-contract.ts";
import { openDataDir } from "./data-dir.ts";
import { SqliteDeadLetters } from "./sqlite-dead-letters.ts";
import { SqliteHistory } from "./sqlite-history.ts";
import { SqliteLog } from "./sqlite-log.ts";
import { SqliteResults } from "./sqlite-results.ts";

observationLogContract(
  "SQLite",
  inDataDir((database) => new SqliteLog(database, { lingerMs: 0 })),
);
observationLogContract(
  "SQLite, a poll a batch",
  inDataDir((database) => new SqliteLog(database, { lingerMs: 0, batchRecords: 1 })),
);
logTailContract(
  "SQLite",
  inDataDir((database) => new SqliteLog(database)),
);
resultStoreContract(
  "SQLite",
  inDataDir((database) => new SqliteResults(database, windowMs)),
);
resultQueryContract(
  "SQLite",
  inDataDir((database) => new SqliteResults(database, windowMs)),
);
historyStoreContract(
  "SQLite",
  inDataDir((database) => new SqliteHistory(database)),
);
deadLettersContract(
  "SQLite",
  inDataDir((database) => new SqliteDeadLetters(database)),
);

/** A port over a data dir of its own. */
function inDataDir<Port extends { close(): Promise<void> }>(create: (database: DatabaseSync) => Port): Open<Port> {
  return async (id) => {
    const dir = mkdtempSync(join(tmpdir(), `${id}-`));
    let dataDir = openDataDir(dir);
    let port = create(dataDir.database);
    async function closePort(): Promise<void> {
      await port.close();
      dataDir.close();
    }
    return {
      port,
      async reopen() {
        await closePort();
        dataDir = openDataDir(dir);
        port = create(dataDir.database);
        return port;
      },
      async close() {
        await closePort();
        rmSync(dir, { recursive: true });
      },
    };
  };
}
