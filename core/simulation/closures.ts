import { share } from "./random.ts";

const dayMs = 86_400_000;

/** Whether a station is part of the network on a service day, and whether bikes can be taken and brought. */
export type StationService = "in service" | "out of service" | "not installed";

/**
 * Shares seen in the real feed: 27 of 1,485 stations not installed, 12 more with places installed but not renting.
 * Closures last a whole number of days, so that they begin at the start of a service day.
 */
const closures = [
  { service: "not installed", probability: 0.018, days: 21, salt: 0xc105 },
  { service: "out of service", probability: 0.009, days: 6, salt: 0xc106 },
] as const;

/**
 * A station's service on a day and, where it has none, since when (ms). Time is cut into blocks of days that begin
 * on another day for every station; a block is closed or it is not.
 */
export function serviceOn(seed: number, station: number, day: number): { service: StationService; since: number } {
  for (const { service, probability, days, salt } of closures) {
    const shift = Math.floor(days * share(seed, salt, station));
    const block = Math.floor((day + shift) / days);
    if (share(seed, salt, station, block) < probability) {
      const hour = 9 + 8 * share(seed, salt, station, block, 1);
      return { service, since: Math.floor((block * days - shift - 1) * dayMs + hour * 3_600_000) };
    }
  }
  return { service: "in service", since: 0 };
}

/** A breakdown in the middle of a day: the bikes stay where they are, none can be taken or brought. */
export interface Outage {
  station: number;
  /** Minutes since the start of the service day; `to` is exclusive. */
  from: number;
  to: number;
}

const outageProbability = 0.012;

/** The station's breakdown on that day, if it has one: half an hour to six hours between 06:00 and 22:00. */
export function outageOn(seed: number, station: number, day: number): Outage | null {
  if (share(seed, 0x0a7a, station, day) >= outageProbability) {
    return null;
  }
  const from = 120 + Math.floor(960 * share(seed, 0x0a7b, station, day));
  return { station, from, to: from + 30 + Math.floor(330 * share(seed, 0x0a7c, station, day)) };
}
