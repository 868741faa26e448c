import type { PendingPoll, PendingRecord } from "./pending-polls.ts";
import { describePending, PendingPolls, pendingField, pendingWidth } from "./pending-polls.ts";
import type { SourceClockState } from "./source-clock.ts";
import { SourceClock } from "./source-clock.ts";
import { field, phase, rowWidth, StationTable } from "./station-table.ts";
import type { StationWindowBatch } from "./station-window.ts";
import { column } from "./station-window.ts";
import { ZoneSums, zoneField } from "./zone-sums.ts";
import type { ZonePart } from "./zone-window.ts";

/** Where a source's finished windows and refused records go. */
export interface WindowOutput {
  stationWindows: StationWindowBatch;
  zoneParts: ZonePart[];
  refused: RefusedRecord[];
}

export interface RefusedRecord {
  reason: "late" | "unmarked";
  source: string;
  station: string;
  at: number;
  /** What came. */
  record: unknown;
}

/** The windows of one source within one partition. */
export class SourceWindows {
  /** End of the newest final window, ms; −Infinity before the first. */
  finalUntil = Number.NEGATIVE_INFINITY;
  readonly #source: string;
  readonly #lengthMs: number;
  readonly #partition: number;
  #clock = new SourceClock();
  #pending = new PendingPolls();
  #stations = new StationTable();
  #zones = new ZoneSums();
  /**
   * Stations whose zone changed within the open window, with the zones they left and whether they count into that
   * zone's `stations`. A zone that was left keeps the station until the window closes: it had time there.
   */
  readonly #left = new Map<number, Map<number, boolean>>();

  constructor(source: string, lengthMs: number, partition: number) {
    this.#source = source;
    this.#lengthMs = lengthMs;
    this.#partition = partition;
  }

  /** Puts a record with its poll; false when its window is final. */
  add(record: PendingRecord): boolean {
    if (record.at < this.finalUntil) return false;
    this.#pending.add(record, this.#stations.indexOf(record.station), this.#zones.indexOf(record.zone));
    return true;
  }

  /** Marks a poll as complete, unless its window is final: then it is applied, or its records were refused. */
  mark(at: number, holdMs: number): void {
    if (at < this.finalUntil) return;
    const poll = this.#pending.at(at);
    poll.holdMs = Math.max(poll.holdMs ?? 0, holdMs);
  }

  /** Closes every window that ends at or before `limit` (a multiple of the length). */
  closeUntil(limit: number, output: WindowOutput): void {
    let start = Number.isFinite(this.finalUntil) ? this.finalUntil : this.#windowOf(this.#pending.firstAt);
    while (start < limit) {
      const end = start + this.#lengthMs;
      if (this.#clock.heldUntil <= start && this.#pending.firstAt >= end) {
        // Nothing is known here: go on at the next poll rather than through every empty window of a night.
        start = this.#windowOf(this.#pending.firstAt);
        continue;
      }
      this.#close(start, end, output);
      start = end;
    }
    this.finalUntil = Math.max(this.finalUntil, limit);
  }

  #windowOf(t: number): number {
    return Math.floor(t / this.#lengthMs) * this.#lengthMs;
  }

  #close(start: number, end: number, output: WindowOutput): void {
    for (const poll of this.#pending.takeBefore(end)) this.#apply(poll, start, output);
    const stations = this.#stations;
    const known = this.#clock.knownAt(end);
    const presentAtEnd = this.#clock.knownBefore(end);
    for (let s = 0; s < stations.size; s++) {
      const i = s * rowWidth;
      const state = stations.rows[i + field.phase]!;
      if (state === phase.unseen) continue;
      let knownAtEnd = presentAtEnd;
      if (state === phase.present) {
        this.#accumulate(i, known - stations.rows[i + field.since]!);
        stations.rows[i + field.since] = known;
      } else {
        knownAtEnd = end <= stations.rows[i + field.expiresAt]!;
        this.#accumulateWhileHeld(i, end);
      }
      if (stations.rows[i + field.knownMs]! > 0) this.#emit(s, i, start, knownAtEnd, output.stationWindows);
      stations.startWindow(i);
    }
    this.#zones.close(this.#source, start, end, this.#partition, output.zoneParts);
    this.#forgetLeft();
  }

  #apply(poll: PendingPoll, start: number, output: WindowOutput): void {
    if (poll.holdMs === null) {
      this.#refuse(poll, output);
      return;
    }
    const expiry = this.#clock.advance(poll.at, poll.holdMs);
    const known = this.#clock.knownAt(poll.at);
    this.#stations.choose(poll, this.#zones.names);
    const records = poll.rows;
    for (let r = 0; r < poll.size * pendingWidth; r += pendingWidth) {
      const s = records[r + pendingField.station]!;
      if (s < 0) continue;
      const i = s * rowWidth;
      const rows = this.#stations.rows;
      const zone = records[r + pendingField.zone]!;
      if (zone !== rows[i + field.zone]) this.#moveToZone(s, i, zone, poll.at, known, start);
      if (records[r + pendingField.observed] === 1) {
        this.#observe(i, records, r, poll.at, known);
      } else if (rows[i + field.phase] === phase.present) {
        this.#accumulate(i, known - rows[i + field.since]!);
        rows[i + field.phase] = phase.absent;
        rows[i + field.since] = poll.at;
        rows[i + field.expiresAt] = expiry;
      }
    }
    this.#pending.recycle(poll);
  }

  #observe(i: number, records: Float64Array, r: number, at: number, known: number): void {
    const rows = this.#stations.rows;
    const before = rows[i + field.phase];
    const changed = before === phase.unseen || !this.#stations.hasContent(i, records, r);
    const capacityMoved = rows[i + field.capacity] !== records[r + pendingField.capacity];
    if (!changed && !capacityMoved && before === phase.present) return;
    this.#bringUpTo(i, at, known);
    this.#stations.store(i, records, r);
    rows[i + field.phase] = phase.present;
    rows[i + field.since] = known;
    if (changed) this.#countChange(i);
  }

  #refuse(poll: PendingPoll, output: WindowOutput): void {
    for (let r = 0; r < poll.size * pendingWidth; r += pendingWidth) {
      const station = this.#stations.ids[poll.rows[r + pendingField.station]!]!;
      const record = describePending(poll.rows, r, station, poll.at);
      output.refused.push({ reason: "unmarked", source: this.#source, station, at: poll.at, record });
    }
  }

  /** Integrates the current content up to a poll. Only at a difference: where keyframes fall must not show. */
  #bringUpTo(i: number, at: number, known: number): void {
    const state = this.#stations.rows[i + field.phase];
    if (state === phase.present) {
      this.#accumulate(i, known - this.#stations.rows[i + field.since]!);
      this.#stations.rows[i + field.since] = known;
    } else if (state === phase.absent) {
      this.#accumulateWhileHeld(i, at);
    }
  }

  #accumulateWhileHeld(i: number, until: number): void {
    const rows = this.#stations.rows;
    const reached = Math.min(until, rows[i + field.expiresAt]!);
    const since = rows[i + field.since]!;
    if (reached <= since) return;
    this.#accumulate(i, reached - since);
    rows[i + field.since] = reached;
  }

  #accumulate(i: number, ms: number): void {
    if (ms <= 0) return;
    const rows = this.#stations.rows;
    const bikes = rows[i + field.bikes]!;
    const docks = rows[i + field.docks]!;
    const mechanical = rows[i + field.mechanical]!;
    const ebike = rows[i + field.ebike]!;
    const splitMs = mechanical >= 0 && ebike >= 0 ? ms : 0;
    const places = Math.max(rows[i + field.capacity]!, bikes + docks);
    rows[i + field.knownMs]! += ms;
    rows[i + field.bikesMs]! += bikes * ms;
    rows[i + field.docksMs]! += docks * ms;
    rows[i + field.mechanicalMs]! += mechanical * splitMs;
    rows[i + field.ebikeMs]! += ebike * splitMs;
    rows[i + field.splitMs]! += splitMs;
    if (places > 0) {
      rows[i + field.occupancyMs]! += (bikes / places) * ms;
      rows[i + field.placesKnownMs]! += ms;
    }
    if (bikes < rows[i + field.bikesMin]!) rows[i + field.bikesMin] = bikes;
    if (bikes > rows[i + field.bikesMax]!) rows[i + field.bikesMax] = bikes;
    if (docks < rows[i + field.docksMin]!) rows[i + field.docksMin] = docks;
    if (docks > rows[i + field.docksMax]!) rows[i + field.docksMax] = docks;

    const zone = rows[i + field.zone]!;
    if (zone < 0 || !this.#stations.isInstalled(i)) return;
    const sums = this.#zones.values;
    const z = zone * ZoneSums.width;
    sums[z + zoneField.knownMs]! += ms;
    sums[z + zoneField.bikesMs]! += bikes * ms;
    sums[z + zoneField.docksMs]! += docks * ms;
    sums[z + zoneField.mechanicalMs]! += mechanical * splitMs;
    sums[z + zoneField.ebikeMs]! += ebike * splitMs;
    sums[z + zoneField.splitMs]! += splitMs;
    sums[z + zoneField.placesMs]! += places * ms;
    if (rows[i + field.counted] === 0) {
      rows[i + field.counted] = 1;
      sums[z + zoneField.stations]! += 1;
    }
  }

  #countChange(i: number): void {
    const rows = this.#stations.rows;
    rows[i + field.changes]! += 1;
    const zone = rows[i + field.zone]!;
    if (zone < 0 || !this.#stations.isInstalled(i)) return;
    this.#zones.values[zone * ZoneSums.width + zoneField.changes]! += 1;
  }

  #moveToZone(s: number, i: number, zone: number, at: number, known: number, start: number): void {
    const rows = this.#stations.rows;
    const counts = this.#zones.stationCounts;
    const before = rows[i + field.zone]!;
    this.#bringUpTo(i, at, known);
    if (before >= 0) {
      if (at === start) counts[before]! -= 1;
      else this.#leave(s, before, rows[i + field.counted] === 1);
    }
    const left = this.#left.get(s);
    if (zone >= 0 && !left?.has(zone)) counts[zone]! += 1;
    rows[i + field.counted] = left?.get(zone) ? 1 : 0;
    rows[i + field.zone] = zone;
    left?.delete(zone);
  }

  #leave(s: number, zone: number, counted: boolean): void {
    const left = this.#left.get(s) ?? new Map<number, boolean>();
    left.set(zone, counted);
    this.#left.set(s, left);
  }

  #forgetLeft(): void {
    for (const left of this.#left.values()) {
      for (const zone of left.keys()) this.#zones.stationCounts[zone]! -= 1;
    }
    this.#left.clear();
  }

  #emit(s: number, i: number, start: number, knownAtEnd: boolean, batch: StationWindowBatch): void {
    const at = batch.add(this.#source, this.#stations.ids[s]!);
    const out = batch.values;
    const rows = this.#stations.rows;
    const known = rows[i + field.knownMs]!;
    const split = rows[i + field.splitMs]!;
    const places = rows[i + field.placesKnownMs]!;
    out[at + column.start] = start;
    out[at + column.mechanicalMean] = split > 0 ? rows[i + field.mechanicalMs]! / split : Number.NaN;
    out[at + column.ebikeMean] = split > 0 ? rows[i + field.ebikeMs]! / split : Number.NaN;
    out[at + column.bikesMean] = rows[i + field.bikesMs]! / known;
    out[at + column.docksMean] = rows[i + field.docksMs]! / known;
    out[at + column.occupancyMean] = places > 0 ? rows[i + field.occupancyMs]! / places : Number.NaN;
    out[at + column.bikesMin] = rows[i + field.bikesMin]!;
    out[at + column.bikesMax] = rows[i + field.bikesMax]!;
    out[at + column.bikesLast] = knownAtEnd ? rows[i + field.bikes]! : Number.NaN;
    out[at + column.docksMin] = rows[i + field.docksMin]!;
    out[at + column.docksMax] = rows[i + field.docksMax]!;
    out[at + column.docksLast] = knownAtEnd ? rows[i + field.docks]! : Number.NaN;
    out[at + column.coverage] = known / this.#lengthMs;
    out[at + column.changes] = rows[i + field.changes]!;
  }

  /** Between closes no integral is under way: what lasts is the stations' content, the clock and the waiting polls. */
  snapshot(): SourceWindowsState {
    return {
      source: this.#source,
      finalUntil: this.finalUntil,
      clock: this.#clock.snapshot(),
      pending: this.#pending.snapshot(),
      stationIds: this.#stations.ids,
      stations: this.#stations.lasting(),
      zones: this.#zones.names,
      zoneStations: this.#zones.stationCounts,
    };
  }

  static restore(state: SourceWindowsState, lengthMs: number, partition: number): SourceWindows {
    const windows = new SourceWindows(state.source, lengthMs, partition);
    windows.finalUntil = state.finalUntil;
    windows.#clock = SourceClock.restore(state.clock);
    windows.#pending = PendingPolls.restore(state.pending);
    windows.#stations = StationTable.restore(state.stationIds, state.stations);
    for (const [zone, name] of state.zones.entries()) {
      windows.#zones.indexOf(name);
      windows.#zones.stationCounts[zone] = state.zoneStations[zone]!;
    }
    return windows;
  }
}

export interface SourceWindowsState {
  source: string;
  finalUntil: number;
  clock: SourceClockState;
  pending: PendingPoll[];
  stationIds: string[];
  stations: Float64Array;
  zones: string[];
  zoneStations: number[];
}
