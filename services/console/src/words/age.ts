const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

/** An age in words as one says it: "12 s", "5 min", "2 h 10 min", "3 days". Input in seconds, ≥ 0. */
export function ageInWords(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < minute) return `${whole} s`;
  if (whole < hour) return `${Math.floor(whole / minute)} min`;
  if (whole < day) {
    const minutes = Math.floor((whole % hour) / minute);
    return minutes === 0 ? `${Math.floor(whole / hour)} h` : `${Math.floor(whole / hour)} h ${minutes} min`;
  }
  const days = Math.floor(whole / day);
  if (days < 365) return days === 1 ? "1 day" : `${days} days`;
  const years = Math.floor(days / 365);
  return years === 1 ? "1 year" : `${years} years`;
}
