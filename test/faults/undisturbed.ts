import { readDataDir } from "../../adapters/sqlite/data-dir.ts";
import { SqliteDeadLetters } from "../../adapters/sqlite/sqlite-dead-letters.ts";
import { SqliteHistory } from "../../adapters/sqlite/sqlite-history.ts";
import { SqliteResults } from "../../adapters/sqlite/sqlite-results.ts";
import type { DeadLetters } from "../../core/ports/dead-letters.ts";
import type { HistoryStore } from "../../core/ports/history-store.ts";
import type { ResultStore } from "../../core/ports/result-store.ts";
import { runVelib } from "../e2e/velib-process.ts";
import type { ReplayedSource } from "./pipeline.ts";

const lengthMs = 180_000;

/** The tables of a run. */
export interface Tables {
  results: ResultStore;
  history: HistoryStore;
  deadLetters: DeadLetters;
}

/** A run that nothing disturbed, by the embedded platform: one process, one file, no network. */
export class Undisturbed {
  readonly tables: Tables;
  readonly #close: () => void;

  private constructor(tables: Tables, close: () => void) {
    this.tables = tables;
    this.#close = close;
  }

  static async replay(sources: readonly ReplayedSource[], dataDir: string): Promise<Undisturbed> {
    for (const { name, recording } of sources) {
      const { code, stderr } = await runVelib(["replay", recording, "--source", name, "--data-dir", dataDir]);
      if (code !== 0) throw new Error(`velib replay ended with ${code}: ${stderr}`);
    }
    const { database, close } = readDataDir(dataDir);
    const tables = {
      results: new SqliteResults(database, lengthMs),
      history: new SqliteHistory(database),
      deadLetters: new SqliteDeadLetters(database),
    };
    return new Undisturbed(tables, close);
  }

  /** Polls and end of each source: as many markers as its log has. */
  async markers(sources: readonly ReplayedSource[]): Promise<number> {
    let markers = 0;
    for (const { name } of sources) {
      markers++;
      for await (const _ of this.tables.history.polls(name, 0, Number.MAX_SAFE_INTEGER)) markers++;
    }
    return markers;
  }

  close(): void {
    this.#close();
  }
}
