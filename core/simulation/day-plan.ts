import { apportion } from "./apportion.ts";
import type { City } from "./city.ts";
import type { Outage, StationService } from "./closures.ts";
import { outageOn, serviceOn } from "./closures.ts";
import type { ServiceDay } from "./paris-time.ts";
import { serviceDay } from "./paris-time.ts";
import { share } from "./random.ts";

/**
 * How a service day begins: a function of the city and the day alone, so that the state at any time is reached from
 * the start of its own day. The vans of the night before work towards it.
 */
export interface DayPlan {
  day: ServiceDay;
  /** The day's demand relative to an ordinary day: weather, holidays. */
  demand: number;
  service: StationService[];
  /** When the station's counts last moved as the day begins, ms. */
  reportedAt: Float64Array;
  /** Docks that work today, taken and free ones. */
  usable: Int16Array;
  mechanical: Int16Array;
  ebike: Int16Array;
  /** Bikes that no station has room for: in the operator's depot. */
  depot: { mechanical: number; ebike: number };
  outages: Outage[];
}

/** Plans a service day (index in days since 1970, local). */
export function planDay(city: City, dayIndex: number): DayPlan {
  const { seed, stations } = city;
  const day = serviceDay(dayIndex);
  const closures = stations.map((_, station) => serviceToday(city, station, dayIndex));
  const service = closures.map((closure) => closure.service);
  const usable = Int16Array.from(city.places, (places, station) => {
    const broken = Math.floor(4 * share(seed, 0xb40c, station, dayIndex)) - 1;
    return Math.max(0, places - Math.max(0, broken));
  });
  const wished = Float64Array.from(usable, (docks, station) =>
    service[station] === "in service" ? docks * fillAtDawn(city, station, dayIndex) : 0,
  );
  const bikes = apportion(city.fleet, wished, (station) => (service[station] === "in service" ? usable[station]! : 0));
  const wishedElectric = Float64Array.from(
    bikes.counts,
    (count, station) => count * (0.2 + 0.36 * share(seed, 0xeb1c, station, dayIndex)),
  );
  const placed = city.fleet - bikes.left;
  const electric = apportion(Math.min(city.ebikes, placed), wishedElectric, (station) => bikes.counts[station]!);
  const ebikeDepot = city.ebikes - Math.min(city.ebikes, placed) + electric.left;
  return {
    day,
    demand: (day.weekend ? 0.8 : 0.85) + 0.3 * share(seed, 0xde3a, dayIndex),
    service,
    reportedAt: Float64Array.from(closures, ({ service: today, since }) =>
      today === "in service" ? day.start : since,
    ),
    usable,
    mechanical: Int16Array.from(bikes.counts, (count, station) => count - electric.counts[station]!),
    ebike: electric.counts,
    depot: { mechanical: bikes.left - ebikeDepot, ebike: ebikeDepot },
    outages: stations
      .map((_, station) => (service[station] === "in service" ? outageOn(seed, station, dayIndex) : null))
      .filter((outage) => outage !== null),
  };
}

function serviceToday(city: City, station: number, dayIndex: number): { service: StationService; since: number } {
  const closure = serviceOn(city.seed, station, dayIndex);
  if (city.places[station] === 0 && closure.service === "in service") {
    // Stations without capacity are listed but have been shut for long.
    return { service: "out of service", since: monthsAgo(city, station) };
  }
  return closure;
}

/** A fixed moment of the year 2024: such stations of the real feed keep their timestamp for months. */
function monthsAgo(city: City, station: number): number {
  return Date.UTC(2024, 0, 1) + Math.floor(share(city.seed, 0x01d0, station) * 300 * 86_400) * 1000;
}

/** The share of docks that hold a bike at dawn: high where people live, low where they work. */
function fillAtDawn(city: City, station: number, dayIndex: number): number {
  const { work, capacity } = city.stations[station]!;
  const noise = 0.3 * (share(city.seed, 0xf111, station, dayIndex) - 0.5);
  // Where more docks stand than the feed tells, attendants stack bikes: the rows with bikes > capacity.
  return city.places[station]! > capacity ? 0.9 : Math.max(0.02, 0.62 - 0.42 * work + noise);
}
