import { RandomStream } from "../../core/simulation/random.ts";

/** When a run of the command is killed. */
export type Moment =
  /** This long after its process was started, ms. */
  | { after: "start"; delayMs: number }
  /** This long after a share (0 to 1) of the polls was in the log, ms. */
  | { after: "poll"; share: number; delayMs: number }
  /** Once it has been writing to its database without a pause for this long, after a share of the polls was in the log. */
  | { after: "write"; share: number; burstMs: number }
  /** This long after the recording's end was in the results, ms. */
  | { after: "end"; delayMs: number };

/**
 * Random moments spread over a replay: a sixth within a run's first second, a tenth each in the last twentieth of
 * the recording and after it, and the others between, every second one at a write. Equal seeds give equal moments.
 */
export function killPlan(kills: number, seed: number): Moment[] {
  const random = new RandomStream(seed);
  const starting = Math.max(1, Math.round(kills / 6));
  const late = Math.max(1, Math.round(kills / 10));
  const between = Math.max(0, kills - starting - 2 * late);
  const plan = Array.from({ length: between }, (_, i): Moment => {
    const share = (0.95 * (i + random.share())) / between;
    if (i % 2 === 0) return { after: "write", share, burstMs: 8 * random.share() };
    return { after: "poll", share, delayMs: random.below(200) };
  });
  for (let i = 0; i < late; i++) {
    const share = 0.95 + (0.05 * (i + random.share())) / late;
    plan.push({ after: "poll", share, delayMs: random.below(20) });
  }
  for (let i = 0; i < starting; i++) {
    plan.splice(random.below(plan.length + 1), 0, { after: "start", delayMs: random.below(1000) });
  }
  for (let i = 0; i < late; i++) plan.push({ after: "end", delayMs: random.below(1000) });
  return plan.slice(0, kills);
}
