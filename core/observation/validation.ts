import type { DeadLetterReason } from "../dead-letter/dead-letter.ts";
import type { StationReading } from "./reading.ts";

/** A reading that names its station and has bikes and docks as non-negative whole numbers. */
export interface ValidReading extends StationReading {
  station: string;
  bikes: number;
  docks: number;
}

export function isValid(reading: StationReading): reading is ValidReading {
  return reading.station !== null && isCount(reading.bikes) && isCount(reading.docks);
}

/** Why a reading is not valid, and what was expected and came. */
export function invalidity(reading: StationReading): { reason: DeadLetterReason; detail: string } {
  if (reading.station === null) return { reason: "missing-station", detail: "expected a station code, got none" };
  const [name, value] = isCount(reading.bikes) ? ["docks", reading.docks] : ["bikes", reading.bikes];
  const came = value === null ? "none" : Number.isNaN(value) ? "not a number" : String(value);
  return { reason: "invalid-count", detail: `${name}: expected a whole number of at least 0, got ${came}` };
}

/** Mechanical and e-bikes where both are usable; the split is unknown otherwise. */
export function split(reading: StationReading): { mechanical: number | null; ebike: number | null } {
  const { mechanical, ebike } = reading;
  return isCount(mechanical) && isCount(ebike) ? { mechanical, ebike } : { mechanical: null, ebike: null };
}

export function isCount(value: number | null): value is number {
  return value !== null && Number.isSafeInteger(value) && value >= 0;
}
