/** A part of the city that its stations share: position, size and what draws people to it. */
export interface CityZone {
  /** As Vélib' names it: "Paris" for all twenty arrondissements. */
  commune: string;
  /** INSEE code of the commune (official geographic code). */
  inseeCode: string;
  /** Its station codes are `codeBlock * 1000 + n`; the arrondissements have 1 to 20. */
  codeBlock: number;
  lat: number;
  lon: number;
  /** Its stations lie within this distance of its centre. */
  radiusKm: number;
  /** Its share of the city's stations, relative to the other zones. */
  weight: number;
  /** 0: people live here; 1: people work here. */
  work: number;
}

type ZoneRow = readonly [lat: number, lon: number, radiusKm: number, weight: number, work: number];
type CommuneRow = readonly [commune: string, inseeCode: string, ...zone: ZoneRow];

/** The arrondissements in order, the first in the middle and the others around it in a spiral. */
const arrondissements: readonly ZoneRow[] = [
  [48.863, 2.336, 0.9, 26, 0.9],
  [48.868, 2.344, 0.8, 25, 0.9],
  [48.863, 2.36, 0.8, 16, 0.6],
  [48.855, 2.357, 1.0, 26, 0.65],
  [48.845, 2.351, 1.1, 36, 0.6],
  [48.849, 2.333, 1.0, 33, 0.6],
  [48.856, 2.313, 1.4, 29, 0.75],
  [48.873, 2.312, 1.4, 53, 0.95],
  [48.877, 2.338, 1.0, 46, 0.75],
  [48.876, 2.361, 1.1, 53, 0.5],
  [48.859, 2.379, 1.4, 57, 0.35],
  [48.84, 2.396, 2.0, 66, 0.45],
  [48.829, 2.362, 1.7, 67, 0.45],
  [48.83, 2.327, 1.6, 56, 0.35],
  [48.841, 2.294, 1.9, 90, 0.4],
  [48.861, 2.27, 2.0, 62, 0.45],
  [48.887, 2.307, 1.8, 62, 0.45],
  [48.892, 2.347, 1.6, 61, 0.2],
  [48.886, 2.384, 1.7, 64, 0.25],
  [48.863, 2.401, 1.7, 68, 0.15],
];

/** Communes around Paris. */
const suburbs: readonly CommuneRow[] = [
  ["Boulogne-Billancourt", "92012", 48.836, 2.241, 1.5, 31, 0.6],
  ["Montrouge", "92049", 48.816, 2.318, 0.9, 16, 0.5],
  ["Levallois-Perret", "92044", 48.893, 2.288, 0.9, 14, 0.65],
  ["Clichy", "92024", 48.904, 2.306, 1.0, 15, 0.5],
  ["Neuilly-sur-Seine", "92051", 48.885, 2.268, 1.1, 15, 0.6],
  ["Issy-les-Moulineaux", "92040", 48.824, 2.27, 1.2, 24, 0.7],
  ["Vanves", "92075", 48.821, 2.288, 0.7, 8, 0.3],
  ["Malakoff", "92046", 48.819, 2.301, 0.8, 9, 0.35],
  ["Courbevoie", "92026", 48.898, 2.256, 1.2, 9, 0.8],
  ["Puteaux", "92062", 48.885, 2.238, 1.0, 8, 0.9],
  ["Montreuil", "93048", 48.861, 2.44, 1.8, 26, 0.3],
  ["Saint-Denis", "93066", 48.928, 2.357, 1.8, 22, 0.55],
  ["Aubervilliers", "93001", 48.912, 2.383, 1.3, 15, 0.35],
  ["Saint-Ouen-sur-Seine", "93070", 48.909, 2.334, 1.0, 11, 0.5],
  ["Pantin", "93055", 48.896, 2.409, 1.4, 22, 0.4],
  ["Bagnolet", "93006", 48.869, 2.418, 0.9, 9, 0.35],
  ["Les Lilas", "93045", 48.88, 2.418, 0.6, 5, 0.2],
  ["Le Pré-Saint-Gervais", "93061", 48.885, 2.404, 0.5, 4, 0.2],
  ["Vincennes", "94080", 48.847, 2.437, 0.9, 12, 0.25],
  ["Saint-Mandé", "94067", 48.842, 2.418, 0.7, 7, 0.25],
  ["Charenton-le-Pont", "94018", 48.823, 2.408, 0.8, 6, 0.45],
  ["Ivry-sur-Seine", "94041", 48.813, 2.385, 1.4, 20, 0.4],
  ["Le Kremlin-Bicêtre", "94043", 48.811, 2.358, 0.7, 6, 0.35],
  ["Gentilly", "94037", 48.814, 2.344, 0.6, 5, 0.35],
  ["Vitry-sur-Seine", "94081", 48.79, 2.393, 1.8, 17, 0.25],
  ["Villejuif", "94076", 48.792, 2.362, 1.3, 12, 0.3],
  ["Maisons-Alfort", "94046", 48.806, 2.436, 1.3, 9, 0.25],
  ["Créteil", "94028", 48.784, 2.457, 1.8, 14, 0.45],
];

/** The zones of the synthetic city: Paris's own layout in round figures, with twenty arrondissements and 28 communes. */
export const cityZones: readonly CityZone[] = [
  ...arrondissements.map((row, index) => zone(["Paris", "75056", ...row], index + 1)),
  ...suburbs.map((row, index) => zone(row, 21 + index)),
];

function zone(row: CommuneRow, codeBlock: number): CityZone {
  const [commune, inseeCode, lat, lon, radiusKm, weight, work] = row;
  return { commune, inseeCode, codeBlock, lat, lon, radiusKm, weight, work };
}

/** Station numbers within a zone have three digits. */
const numbersPerZone = 999;
/** The largest city whose stations all get a code of five digits. */
export const largestCity = cityZones.length * numbersPerZone;

/**
 * How many of `stations` lie in each zone: in proportion to its weight (largest remainders), at most 999 each; what
 * does not fit goes to the next zones with room.
 * @throws RangeError beyond `largestCity`.
 */
export function stationsByZone(stations: number): number[] {
  if (stations > largestCity) {
    throw new RangeError(`${stations} stations do not fit: at most ${largestCity}`);
  }
  const total = cityZones.reduce((sum, { weight }) => sum + weight, 0);
  const quotas = cityZones.map(({ weight }) => (stations * weight) / total);
  const counts = quotas.map((quota) => Math.min(Math.floor(quota), numbersPerZone));
  const order = quotas.map((_, index) => index);
  order.sort((a, b) => (quotas[b]! % 1) - (quotas[a]! % 1) || a - b);
  let left = stations - counts.reduce((sum, count) => sum + count, 0);
  for (let turn = 0; left > 0; turn++) {
    const index = order[turn % order.length]!;
    if (counts[index]! < numbersPerZone) {
      counts[index]!++;
      left--;
    }
  }
  return counts;
}
