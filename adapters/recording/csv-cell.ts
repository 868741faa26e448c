import { isoTime } from "../http/json-value.ts";

/** A count: null for an empty cell, NaN for one that is no number. */
export function countCell(cell: string): number | null {
  if (cell === "") return null;
  return /^-?\d+(\.\d+)?$/.test(cell) ? Number(cell) : Number.NaN;
}

/** A flag written as 1 or 0; null for an empty cell and anything else. */
export function flagCell(cell: string): boolean | null {
  if (cell === "1") return true;
  return cell === "0" ? false : null;
}

/** A number, null for an empty cell and anything else. */
export function numberCell(cell: string | undefined): number | null {
  const number = countCell(cell ?? "");
  return number === null || Number.isNaN(number) ? null : number;
}

/** A text, null for an empty cell. */
export function textCell(cell: string | undefined): string | null {
  const text = cell?.trim() ?? "";
  return text === "" ? null : text;
}

/** A time, ms; null for an empty cell and anything that is no time. */
export function timeCell(cell: string, written: "iso" | "posix"): number | null {
  if (written === "iso") return isoTime(cell);
  const seconds = numberCell(cell);
  return seconds === null ? null : seconds * 1000;
}
