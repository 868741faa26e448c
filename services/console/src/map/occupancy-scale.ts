/**
 * Occupancy from empty to full. Orange against blue stays apart in every common kind of colour blindness, and the
 * stations a user must act on (empty, full) are the strong ends; the balanced middle stays quiet.
 */
export interface OccupancyScale {
  /** [occupancy, colour] in ascending order. */
  stops: readonly (readonly [number, string])[];
}

export const lightScale: OccupancyScale = {
  stops: [
    [0, "#c2410c"],
    [0.15, "#e67a2e"],
    [0.35, "#e8bd7d"],
    [0.5, "#c9c8b4"],
    [0.65, "#8fb3d9"],
    [0.85, "#3f83d3"],
    [1, "#12489c"],
  ],
};

export const darkScale: OccupancyScale = {
  stops: [
    [0, "#ff8a3d"],
    [0.15, "#e38446"],
    [0.35, "#a98557"],
    [0.5, "#7d7f78"],
    [0.65, "#5f86b0"],
    [0.85, "#4a9df0"],
    [1, "#8cc6ff"],
  ],
};

/** The scale as a CSS gradient from left to right. */
export function cssGradient(scale: OccupancyScale): string {
  return `linear-gradient(to right, ${scale.stops.map(([at, colour]) => `${colour} ${at * 100}%`).join(", ")})`;
}

/** The colour at an occupancy in [0, 1], between two stops mixed in sRGB as MapLibre does. */
export function colourAt(scale: OccupancyScale, occupancy: number): string {
  const { stops } = scale;
  const above = stops.findIndex(([at]) => at > occupancy);
  if (above === -1) return stops[stops.length - 1]![1];
  if (above === 0 || stops[above - 1]![0] === occupancy) return stops[Math.max(0, above - 1)]![1];
  const [low, lowColour] = stops[above - 1]!;
  const [high, highColour] = stops[above]!;
  const share = Math.round(((occupancy - low) / (high - low)) * 100);
  return `color-mix(in srgb, ${highColour} ${share}%, ${lowColour})`;
}
