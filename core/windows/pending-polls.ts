import type { AbsentRecord, ObservationRecord } from "../log/record.ts";
import { flagBits, flagsOf } from "./station-flags.ts";

export type PendingRecord = ObservationRecord | AbsentRecord;

/** Offsets of a waiting record's numbers within its row; −1 stands for null. */
export const pendingField = {
  station: 0,
  /** 1: observation, 0: absence. */
  observed: 1,
  bikes: 2,
  docks: 3,
  mechanical: 4,
  ebike: 5,
  flags: 6,
  capacity: 7,
  zone: 8,
} as const;

export const pendingWidth = 9;

/** What arrived of one poll. `holdMs` is null until its marker came. */
export interface PendingPoll {
  at: number;
  holdMs: number | null;
  /** Number of records. */
  size: number;
  rows: Float64Array;
}

/**
 * Polls of windows that are not final yet, oldest first. Records wait here so that any order of arrival within the
 * allowed lateness gives the same windows; there are only as many as fit into a window and the lateness. They wait
 * as numbers: kept as objects, 200,000 stations' records outlive the young generation and collecting them costs
 * three times the aggregation.
 */
export class PendingPolls {
  #polls: PendingPoll[] = [];
  #latest: PendingPoll | null = null;
  readonly #spare: Float64Array[] = [];

  /** The poll of that time, made when it is new. */
  at(time: number): PendingPoll {
    if (this.#latest?.at === time) return this.#latest;
    let i = this.#polls.length;
    while (i > 0 && this.#polls[i - 1]!.at > time) i--;
    const found = this.#polls[i - 1];
    if (found?.at === time) {
      this.#latest = found;
      return found;
    }
    const poll: PendingPoll = {
      at: time,
      holdMs: null,
      size: 0,
      rows: this.#spare.pop() ?? new Float64Array(64 * pendingWidth),
    };
    this.#polls.splice(i, 0, poll);
    this.#latest = poll;
    return poll;
  }

  add(record: PendingRecord, station: number, zone: number): void {
    const poll = this.at(record.at);
    const r = poll.size * pendingWidth;
    if (r === poll.rows.length) {
      const larger = new Float64Array(poll.rows.length * 2);
      larger.set(poll.rows);
      poll.rows = larger;
    }
    poll.size++;
    const rows = poll.rows;
    rows[r + pendingField.station] = station;
    rows[r + pendingField.zone] = zone;
    if (record.kind === "absent") {
      rows.fill(0, r + pendingField.observed, r + pendingField.zone);
      return;
    }
    rows[r + pendingField.observed] = 1;
    rows[r + pendingField.bikes] = record.bikes;
    rows[r + pendingField.docks] = record.docks;
    rows[r + pendingField.mechanical] = record.mechanical ?? -1;
    rows[r + pendingField.ebike] = record.ebike ?? -1;
    rows[r + pendingField.flags] = flagBits(record);
    rows[r + pendingField.capacity] = record.capacity ?? -1;
  }

  /** Time of the oldest poll; Infinity when there is none. */
  get firstAt(): number {
    return this.#polls[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  /** Removes and returns the polls before `end`, oldest first. */
  takeBefore(end: number): PendingPoll[] {
    let count = 0;
    while (count < this.#polls.length && this.#polls[count]!.at < end) count++;
    this.#latest = null;
    return this.#polls.splice(0, count);
  }

  /** Gives an applied poll's memory to the next one. */
  recycle(poll: PendingPoll): void {
    if (this.#spare.length < 4) this.#spare.push(poll.rows);
  }

  snapshot(): PendingPoll[] {
    return this.#polls.map((poll) => ({ ...poll, rows: poll.rows.slice(0, poll.size * pendingWidth) }));
  }

  static restore(polls: PendingPoll[]): PendingPolls {
    const pending = new PendingPolls();
    pending.#polls = polls.map((poll) => {
      const rows = new Float64Array(Math.max(64, 2 * poll.size) * pendingWidth);
      rows.set(poll.rows);
      return { ...poll, rows };
    });
    return pending;
  }
}

/** What a row says, for a dead letter. */
export function describePending(rows: Float64Array, r: number, station: string, at: number): Record<string, unknown> {
  if (rows[r + pendingField.observed] === 0) return { station, at, kind: "absent" };
  return {
    station,
    at,
    bikes: rows[r + pendingField.bikes],
    docks: rows[r + pendingField.docks],
    mechanical: known(rows[r + pendingField.mechanical]!),
    ebike: known(rows[r + pendingField.ebike]!),
    ...flagsOf(rows[r + pendingField.flags]!),
    capacity: known(rows[r + pendingField.capacity]!),
  };
}

function known(value: number): number | null {
  return value < 0 ? null : value;
}

/**
 * Which of two records of one station and poll counts: an observation before an absence, then the greater values.
 * A correct producer never sends two that differ; with this rule even then the order of arrival does not matter.
 * Zones compare by name: their index is itself an order of arrival.
 */
export function outranks(rows: Float64Array, a: number, b: number, zones: readonly string[]): boolean {
  for (let f: number = pendingField.observed; f < pendingField.zone; f++) {
    const difference = rows[a + f]! - rows[b + f]!;
    if (difference !== 0) return difference > 0;
  }
  return (zones[rows[a + pendingField.zone]!] ?? "") > (zones[rows[b + pendingField.zone]!] ?? "");
}
