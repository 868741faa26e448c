import type { Document } from "mongodb";

/**
 * The view `zone_averages`: the parts of all partitions added up and divided, as core/windows/zone-window.ts does,
 * for readers that speak to MongoDB alone. Its columns are those of the zone CSV.
 */
export const zoneAverages: Document[] = [
  {
    $group: {
      _id: { source: "$source", zone: "$zone", start: "$start" },
      end: { $first: "$end" },
      ...sums(
        "known_ms",
        "bikes_ms",
        "docks_ms",
        "mechanical_ms",
        "ebike_ms",
        "split_ms",
        "places_ms",
        "stations",
        "zone_stations",
        "changes",
      ),
    },
  },
  { $match: { known_ms: { $gt: 0 } } },
  {
    $project: {
      _id: 0,
      source: "$_id.source",
      zone: "$_id.zone",
      start: "$_id.start",
      end: 1,
      mechanical_mean: ratio("$mechanical_ms", "$split_ms"),
      ebike_mean: ratio("$ebike_ms", "$split_ms"),
      bikes_mean: { $divide: ["$bikes_ms", "$known_ms"] },
      docks_mean: { $divide: ["$docks_ms", "$known_ms"] },
      occupancy_mean: ratio("$bikes_ms", "$places_ms"),
      stations: 1,
      bikes_total: { $multiply: [{ $divide: ["$bikes_ms", "$known_ms"] }, "$stations"] },
      coverage: {
        $divide: ["$known_ms", { $multiply: ["$zone_stations", { $subtract: ["$end", "$_id.start"] }] }],
      },
      changes: 1,
    },
  },
];

function sums(...fields: string[]): Document {
  return Object.fromEntries(fields.map((field) => [field, { $sum: `$${field}` }]));
}

/** Null where there is nothing to divide by. */
function ratio(dividend: string, divisor: string): Document {
  return { $cond: [{ $gt: [divisor, 0] }, { $divide: [dividend, divisor] }, null] };
}
