import type { Report } from "../../adapters/duckdb/reports.ts";

/**
 * Each zone in each local hour, by DESIGN's zone window: over installed stations, mean = Σ∫value dt / Σ known time,
 * occupancy = Σ∫bikes dt / Σ∫places dt. `full_share` and `empty_share` are the shares of station time without a free
 * dock or without a bike.
 */
const zoneHours: Report = {
  name: "zone-hours",
  sql: `
WITH parts AS (
  SELECT s.*, hour,
    date_diff('millisecond', greatest(starts_at, hour), least(ends_at, hour + INTERVAL 1 HOUR)) AS ms
  FROM states s, unnest(generate_series(date_trunc('hour', starts_at), ends_at, INTERVAL 1 HOUR)) AS hours(hour)
  WHERE is_installed AND zone IS NOT NULL AND hour < ends_at
)
SELECT zone, hour,
  sum(mechanical * ms) / sum(ms) FILTER (mechanical IS NOT NULL) AS mechanical_mean,
  sum(ebike * ms) / sum(ms) FILTER (ebike IS NOT NULL) AS ebike_mean,
  sum(bikes * ms) / sum(ms) AS bikes_mean,
  sum(docks * ms) / sum(ms) AS docks_mean,
  sum(bikes * ms) / nullif(sum(places * ms), 0) AS occupancy_mean,
  count(DISTINCT station) AS stations,
  sum(bikes * ms) / sum(ms) * count(DISTINCT station) AS bikes_total,
  coalesce(sum(ms) FILTER (docks = 0), 0) / sum(ms) AS full_share,
  coalesce(sum(ms) FILTER (bikes = 0), 0) / sum(ms) AS empty_share,
  sum(ms) / (count(DISTINCT station) * 3600000) AS coverage
FROM parts GROUP BY zone, hour ORDER BY zone, hour`,
};

/** Made of every day, beside those of the configuration. */
export const builtInReports: readonly Report[] = [zoneHours];
