const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** What stands where a number is not known. */
export const unknownMark = "–";

export function count(value: number | null): string {
  return value === null ? unknownMark : whole.format(value);
}

/** A mean, to one decimal. */
export function mean(value: number | null): string {
  return value === null ? unknownMark : tenths.format(value);
}

/** A share of 1 as a percentage. */
export function percent(value: number | null): string {
  return value === null ? unknownMark : `${whole.format(value * 100)} %`;
}

/** "1 station", "2 stations", "– stations" */
export function counted(value: number | null, one: string, many: string): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}
