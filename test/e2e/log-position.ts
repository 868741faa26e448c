import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** How far the log of a data dir goes. */
export interface LogPosition {
  /** The newest poll in it, ms; null when there is none. */
  lastPollAt: number | null;
  /** Whether it says that the recording is over. */
  ended: boolean;
}

/** Reads how far a log goes while another process may be writing it. */
export class LogReader implements Disposable {
  readonly #database: DatabaseSync;

  constructor(dir: string) {
    this.#database = new DatabaseSync(join(dir, "velib.sqlite"), { readOnly: true });
    this.#database.exec("PRAGMA busy_timeout = 10000");
  }

  position(): LogPosition {
    const newest = this.#database.prepare("SELECT marker, max(at) AS at FROM log_batches GROUP BY marker").all();
    const at = newest.find(({ marker }) => marker === "poll")?.at;
    return {
      lastPollAt: typeof at === "number" ? at : null,
      ended: newest.some(({ marker }) => marker === "end"),
    };
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}
