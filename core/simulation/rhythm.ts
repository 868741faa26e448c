/** Trips that start, per station and hour, by what moves people. */
export interface TripRates {
  homeToWork: number;
  workToHome: number;
  leisure: number;
}

/**
 * The city's rhythm at an hour of the service day (4 to 28; 25 is one in the morning): bell curves for the peaks over
 * a quiet night. The heights were set beside the Paris recording of November 2024, where 0.3 to 0.4 of the stations
 * change within five minutes at midday, 0.5 and more in the peaks, and 0.25 to 0.35 on a weekend afternoon.
 */
export function tripRates(hour: number, weekend: boolean): TripRates {
  if (weekend) {
    return {
      homeToWork: 0.05 + 0.3 * bell(hour, 10.5, 2),
      workToHome: 0.05 + 0.3 * bell(hour, 19, 2.5),
      leisure: 0.2 + 1.8 * bell(hour, 12, 2) + 2.8 * bell(hour, 17, 3) + 0.9 * bell(hour, 24, 2.5),
    };
  }
  return {
    homeToWork: 0.05 + 6.5 * bell(hour, 8.5, 0.85) + 0.7 * bell(hour, 13.7, 1),
    workToHome: 0.05 + 5.5 * bell(hour, 18.7, 1.1) + 0.7 * bell(hour, 12.3, 1),
    leisure: 0.15 + 3.2 * bell(hour, 13.5, 2.5) + 2 * bell(hour, 19, 2.5) + 0.9 * bell(hour, 23.5, 2),
  };
}

function bell(hour: number, peak: number, width: number): number {
  return Math.exp(-(((hour - peak) / width) ** 2) / 2);
}
