import type { Sample, Situation } from "./samples.ts";

/** Hours of a working day and of a weekend day. */
const slots = 48;

/** Samples that the station's own rate weighs against those of one hour, and the network's against the station's. */
const priorSamples = 10;

/**
 * How often the target was reached from each hour, by station, working day or weekend: as log-odds
 * ln(p / (1 − p)).
 */
export interface HourRates {
  /** 48 log-odds a station: the hours of a working day, then those of a weekend day. */
  stations: Record<string, number[]>;
  /** For a station that was not there: those of all together. */
  all: number[];
}

/**
 * Rates by station and hour, shrunk towards the station's and the network's (a beta prior, so that an hour seen twice
 * is no certainty): p = (k + m·p_station) / (n + m), p_station = (K + m·p_all) / (N + m),
 * p_all = (k_all + ½) / (n_all + 1), with m = 10 samples.
 */
export function learnHourRates(samples: readonly Sample[]): HourRates {
  const all = new Counts();
  const byStation = new Map<string, Counts>();
  for (const sample of samples) {
    let counts = byStation.get(sample.station);
    if (counts === undefined) {
      counts = new Counts();
      byStation.set(sample.station, counts);
    }
    counts.add(sample);
    all.add(sample);
  }
  const overall = (all.reached + 0.5) / (all.seen + 1);
  const stations: Record<string, number[]> = {};
  for (const station of [...byStation.keys()].sort()) {
    const counts = byStation.get(station)!;
    stations[station] = counts.logOdds(shrunk(counts.reached, counts.seen, overall));
  }
  return { stations, all: all.logOdds(overall) };
}

/** The log-odds that go with a situation. */
export function hourLogOdds(rates: HourRates, situation: Situation): number {
  const known = Object.hasOwn(rates.stations, situation.station) ? rates.stations[situation.station] : undefined;
  return (known ?? rates.all)[slotOf(situation)] ?? 0;
}

function slotOf({ hour, weekend }: Situation): number {
  return Math.min(23, Math.floor(hour)) + (weekend ? 24 : 0);
}

function shrunk(reached: number, seen: number, prior: number): number {
  return (reached + priorSamples * prior) / (seen + priorSamples);
}

class Counts {
  reached = 0;
  seen = 0;
  readonly #reached = new Float64Array(slots);
  readonly #seen = new Float64Array(slots);

  add(sample: Sample): void {
    const slot = slotOf(sample);
    this.seen++;
    this.#seen[slot]!++;
    if (!sample.reached) return;
    this.reached++;
    this.#reached[slot]!++;
  }

  logOdds(prior: number): number[] {
    return Array.from({ length: slots }, (_, slot) => {
      const p = shrunk(this.#reached[slot]!, this.#seen[slot]!, prior);
      return Math.log(p / (1 - p));
    });
  }
}
