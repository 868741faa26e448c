/**
 * Asks at most once in `forMs`: who comes meanwhile shares the answer, or waits for the same one. A failure is not
 * remembered.
 * @param now a clock, ms
 */
export function remembered<T>(ask: () => Promise<T>, forMs: number, now: () => number): () => Promise<T> {
  let answer: Promise<T> | null = null;
  let askedAt = 0;
  return () => {
    if (answer !== null && Math.abs(now() - askedAt) < forMs) return answer;
    askedAt = now();
    const asked = ask();
    answer = asked;
    asked.catch(() => {
      if (answer === asked) answer = null;
    });
    return asked;
  };
}
