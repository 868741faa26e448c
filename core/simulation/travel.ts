import type { City } from "./city.ts";
import type { RandomStream } from "./random.ts";
import type { WeightedChoice } from "./weighted-choice.ts";

/** Streets are longer than the straight line. */
const detour = 1.25;
const metresPerMinute = { mechanical: 220, ebike: 285 };
/** Distance at which a destination is chosen 1/e as often as one next door, metres. */
const reach = 2600;
const nearerThanWalking = 350;
/** No ride is longer, minutes. */
export const longestRide = 100;

function distance(city: City, from: number, to: number): number {
  return Math.hypot(city.x[to]! - city.x[from]!, city.y[to]! - city.y[from]!);
}

/**
 * Where a trip goes: an attractive place, preferably near, but not so near that one would walk, nor one that looks
 * full as the trip begins.
 */
export function chooseDestination(
  city: City,
  from: number,
  by: WeightedChoice,
  random: RandomStream,
  looksFull: (station: number, random: RandomStream) => boolean,
): number {
  let destination = by.draw(random);
  for (let attempt = 0; attempt < 10; attempt++) {
    const metres = distance(city, from, destination);
    const near = metres > nearerThanWalking && random.share() < Math.exp(-metres / reach);
    if (near && !looksFull(destination, random)) {
      return destination;
    }
    destination = by.draw(random);
  }
  return destination;
}

/** Whole minutes of a ride, at least 1: riding time, unlocking and, now and then, a stop on the way. */
export function rideMinutes(city: City, from: number, to: number, kind: "mechanical" | "ebike", random: RandomStream) {
  const riding = (distance(city, from, to) * detour) / metresPerMinute[kind];
  return Math.max(1, Math.min(longestRide, Math.round(riding + 1.5 + random.gap(0.4))));
}

/** Whole minutes from a full station to the next try, at least 1. */
export function detourMinutes(city: City, from: number, to: number): number {
  const riding = (distance(city, from, to) * detour) / metresPerMinute.mechanical;
  return Math.max(1, Math.min(longestRide, Math.round(riding)));
}
