/** The counts and flags of a station: the identity of an observation (see DESIGN: `(station, duedate)` is no key). */
export interface Content {
  bikes: number;
  /** Null: the split of the total is unknown. Both are null or neither is. */
  mechanical: number | null;
  ebike: number | null;
  docks: number;
  installed: boolean;
  renting: boolean;
  returning: boolean;
}

/** One station's counts and flags at one poll, with what the numbers need carried along. */
export interface Observation extends Content {
  source: string;
  station: string;
  /** Time of the poll: event time, ms since the epoch. */
  at: number;
  /** The station's last known capacity; null when it was never told. */
  capacity: number | null;
  /** The zone it counts into; null when it has none. */
  zone: string | null;
  /** The station's own timestamp, ms; only carried along. */
  reportedAt: number | null;
}

/** Whether two observations have the same content (counts and flags). */
export function sameContent(a: Content, b: Content): boolean {
  return (
    a.bikes === b.bikes &&
    a.docks === b.docks &&
    a.mechanical === b.mechanical &&
    a.ebike === b.ebike &&
    a.installed === b.installed &&
    a.renting === b.renting &&
    a.returning === b.returning
  );
}

/**
 * Occupancy's denominator: max(capacity, bikes + docks). An unknown capacity counts as 0, bikes can exceed
 * capacity. Occupancy = bikes / this; null when this is 0.
 */
export function places(o: { bikes: number; docks: number; capacity: number | null }): number {
  return Math.max(o.capacity ?? 0, o.bikes + o.docks);
}
