import type { DeadLetter } from "../dead-letter/dead-letter.ts";
import { deadLetter } from "../dead-letter/dead-letter.ts";
import type { Poll } from "../observation/reading.ts";
import type { ValidReading } from "../observation/validation.ts";
import { invalidity, isValid } from "../observation/validation.ts";

/**
 * The valid readings of a poll, one a station, and dead letters for the others. A poll without a valid reading gives
 * one letter for all of it: 1,478 rows that lost the same column are one fault.
 */
export function sortOut(source: string, poll: Poll): { valid: ValidReading[]; deadLetters: DeadLetter[] } {
  const valid = new Map<string, ValidReading>();
  const deadLetters: DeadLetter[] = [];
  const reasons = new Map<string, number>();
  for (const [row, reading] of poll.readings.entries()) {
    if (!isValid(reading)) {
      const { reason, detail } = invalidity(reading);
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
      deadLetters.push(deadLetter(source, poll.at, reason, `row ${row}: ${detail}`, reading.raw, row));
      continue;
    }
    const first = valid.get(reading.station);
    if (first === undefined) {
      valid.set(reading.station, reading);
    } else if (!sameReading(first, reading)) {
      const detail = `row ${row}: station ${reading.station} is listed twice with different content; the first counts`;
      deadLetters.push(deadLetter(source, poll.at, "duplicate-station", detail, reading.raw, row));
    }
  }
  if (valid.size > 0) return { valid: [...valid.values()], deadLetters };

  const found = [...reasons].map(([reason, count]) => `${count} ${reason}`).join(", ");
  const detail = `expected at least one valid row, got ${poll.readings.length} rows${found === "" ? "" : `: ${found}`}`;
  return { valid: [], deadLetters: [deadLetter(source, poll.at, "no-valid-row", detail, poll.readings[0]?.raw)] };
}

function sameReading(a: ValidReading, b: ValidReading): boolean {
  return (
    a.bikes === b.bikes &&
    a.docks === b.docks &&
    Object.is(a.mechanical, b.mechanical) &&
    Object.is(a.ebike, b.ebike) &&
    a.installed === b.installed &&
    a.renting === b.renting &&
    a.returning === b.returning
  );
}
