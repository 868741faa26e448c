import type { CityZone } from "./city-zones.ts";
import { cityZones, stationsByZone } from "./city-zones.ts";
import { nearestNeighbours } from "./neighbours.ts";
import { stationName } from "./place-names.ts";
import { RandomStream } from "./random.ts";
import { WeightedChoice } from "./weighted-choice.ts";

/** What the synthetic network says about a station. */
export interface SimulatedStation {
  /** As Vélib' codes them: zone × 1000 + number. */
  code: string;
  name: string;
  lat: number;
  lon: number;
  /** As the feed tells it: 0 at a few stations, and at a few less than the places they really have. */
  capacity: number;
  commune: string;
  inseeCode: string;
  /** 0: people live here; 1: people work here. */
  work: number;
}

/** Where people start and end trips, by what moves them. */
export interface Attraction {
  home: WeightedChoice;
  work: WeightedChoice;
  leisure: WeightedChoice;
}

/** The fixed part of the simulation: stations, distances and the fleet. */
export interface City {
  seed: number;
  stations: SimulatedStation[];
  /** Metres east and north of the city's centre. */
  x: Float64Array;
  y: Float64Array;
  /** Docks that are really there. */
  places: Int16Array;
  neighbours: { count: number; index: Int32Array };
  attraction: Attraction;
  /** All bikes of the network, e-bikes included. */
  fleet: number;
  ebikes: number;
}

const centre = { lat: 48.8566, lon: 2.3522 };
const metresPerDegree = 111_195;
/** Vélib' in November 2024: 18,065 bikes on 46,155 docks, 38 % of them electric. */
const bikesPerDock = 0.42;
const ebikeShare = 0.38;
/** Shares seen in the real feed: 12 of 1,485 stations had capacity 0, 3 held more bikes than their capacity. */
const withoutCapacity = 0.008;
const understatedCapacity = 0.006;

/** Lays out a city of so many stations; equal arguments give equal cities. */
export function layOutCity(seed: number, stationCount: number): City {
  const counts = stationsByZone(stationCount);
  const laidOut = cityZones.flatMap((zone, index) =>
    Array.from({ length: counts[index]! }, (_, n) => layOutStation(seed, zone, n + 1)),
  );
  const stations = laidOut.map(({ station }) => station);
  const places = Int16Array.from(laidOut, (each) => each.places);
  const x = Float64Array.from(stations, ({ lon }) => eastOf(lon));
  const y = Float64Array.from(stations, ({ lat }) => (lat - centre.lat) * metresPerDegree);
  const docks = places.reduce((sum, each) => sum + each, 0);
  const fleet = Math.round(docks * bikesPerDock);
  return {
    seed,
    stations,
    x,
    y,
    places,
    neighbours: nearestNeighbours({ x, y }, 10),
    attraction: attraction(stations, places, x, y, seed),
    fleet,
    ebikes: Math.round(fleet * ebikeShare),
  };
}

function eastOf(lon: number): number {
  return (lon - centre.lon) * metresPerDegree * Math.cos((centre.lat * Math.PI) / 180);
}

function layOutStation(seed: number, zone: CityZone, number: number): { station: SimulatedStation; places: number } {
  const code = zone.codeBlock * 1000 + number;
  const random = new RandomStream(seed, 0x57a7, code);
  const angle = 2 * Math.PI * random.share();
  const distance = 1000 * zone.radiusKm * Math.sqrt(random.share());
  const lat = zone.lat + (distance * Math.sin(angle)) / metresPerDegree;
  const lon = zone.lon + (distance * Math.cos(angle)) / (metresPerDegree * Math.cos((zone.lat * Math.PI) / 180));
  const ordinary = 15 + Math.round(45 * random.share() ** 1.9);
  const peculiarity = random.share();
  const places =
    peculiarity < withoutCapacity
      ? 0
      : peculiarity < withoutCapacity + understatedCapacity
        ? Math.ceil(ordinary * 1.5)
        : ordinary;
  const station = {
    code: String(code),
    name: stationName(random),
    lat: Number(lat.toFixed(9)),
    lon: Number(lon.toFixed(9)),
    capacity: places === 0 ? 0 : ordinary,
    commune: zone.commune,
    inseeCode: zone.inseeCode,
    work: Math.min(1, Math.max(0, zone.work + 0.4 * (random.share() - 0.5))),
  };
  return { station, places };
}

function attraction(
  stations: SimulatedStation[],
  places: Int16Array,
  x: Float64Array,
  y: Float64Array,
  seed: number,
): Attraction {
  const home = new Float64Array(stations.length);
  const work = new Float64Array(stations.length);
  const leisure = new Float64Array(stations.length);
  for (const [index, station] of stations.entries()) {
    const random = new RandomStream(seed, 0xa77a, Number(station.code));
    const popularity = places[index]! * (0.3 + 1.4 * random.share());
    const centrality = 0.2 + Math.exp(-Math.hypot(x[index]!, y[index]!) / 4000);
    home[index] = popularity * (1.15 - station.work);
    work[index] = popularity * (0.15 + station.work) * centrality;
    leisure[index] = popularity * centrality;
  }
  return {
    home: new WeightedChoice(home),
    work: new WeightedChoice(work),
    leisure: new WeightedChoice(leisure),
  };
}
