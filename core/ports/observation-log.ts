import type { DeadLetterReason } from "../dead-letter/dead-letter.ts";
import type { KeyedRecord, LogRecord, MarkerRecord } from "../log/record.ts";

/** Everything one poll adds to the log. It becomes visible as a whole or not at all, over all partitions. */
export interface PollRecords {
  records: KeyedRecord[];
  /** Copied to every partition, after the records. */
  marker: MarkerRecord;
}

/** What stands in the place of a record that can't be used. */
export interface UnusableRecord {
  source: string;
  at: number;
  /** `undecodable-record` unless it says otherwise. */
  reason?: DeadLetterReason;
  detail: string;
  excerpt: string;
}

/** A record read back, or what could not be decoded in its place. */
export type LogEntry = ({ offset: bigint; record: LogRecord } | { offset: bigint; undecodable: UnusableRecord }) & {
  /** The dead letter whose record was sent again as this one. */
  ancestor?: string;
};

/** Consecutive entries of one partition. */
export interface LogBatch {
  partition: number;
  /** Grows with every (re)assignment of the partition; a result store refuses commits of an older one. */
  generation: number;
  entries: LogEntry[];
  /** The offset after the last entry, where reading goes on. */
  nextOffset: bigint;
  /** The offset after the newest record of the partition when this batch was fetched: lag = end − next. */
  endOffset: bigint;
}

/** What a consumer's owner does. All calls for one partition come one after the other. */
export interface LogHandler {
  /** The partition is ours now. Returns where to read on; null: from the oldest record kept. */
  assigned(partition: number, generation: number): Promise<bigint | null>;
  batch(batch: LogBatch): Promise<void>;
  /** The partition goes away (rebalance or end of `run`): write what is worth keeping. */
  revoked(partition: number): Promise<void>;
}

/** The observation log: a durable, partitioned, ordered record of what was observed. */
export interface ObservationLog {
  /** Appends a poll atomically. Durable when it resolves. */
  append(poll: PollRecords): Promise<void>;
  /**
   * What a producer needs to go on after a restart: every record of `source` newer than its last marker − `sinceMs`,
   * in order, last marker included; plus the newest station record of each of its stations (`stations`).
   * Empty when the source is new.
   */
  tail(source: string, sinceMs: number): Promise<{ stations: KeyedRecord[]; records: LogRecord[] }>;
  /**
   * Reads as a member of `group` until `signal` aborts; or, with `untilEnd`, until the records that were there at
   * the start have been handled. Records of a poll are only seen once the poll is complete.
   */
  consume(group: string, handler: LogHandler, options: { signal: AbortSignal; untilEnd?: boolean }): Promise<void>;
  close(): Promise<void>;
}
