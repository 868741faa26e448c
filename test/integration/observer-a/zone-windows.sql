-- Zone windows: sums over the zone's stations while they are installed.
-- Reads piece, listed_station. Writes expected_zone_window.

-- mean = Σ∫ value dt / Σ known time (an average station of the zone); occupancy = Σ∫ bikes dt / Σ∫ places dt, null
-- when that is 0; stations = how many were known; bikes_total = mean × stations;
-- coverage = Σ known time / (all stations of the zone, seen or not, × length). A zone never known has no row.
CREATE OR REPLACE TEMP TABLE expected_zone_window AS
SELECT
  getvariable('source')                                                     AS source,
  zone,
  start,
  start + getvariable('window_ms')                                          AS "end",
  sum(mechanical * known_ms) / sum(known_ms) FILTER (mechanical IS NOT NULL) AS mechanical_mean,
  sum(ebike * known_ms) / sum(known_ms) FILTER (ebike IS NOT NULL)          AS ebike_mean,
  sum(bikes * known_ms) / sum(known_ms)                                     AS bikes_mean,
  sum(docks * known_ms) / sum(known_ms)                                     AS docks_mean,
  sum(bikes * known_ms) / nullif(sum(places * known_ms), 0)                 AS occupancy_mean,
  count(DISTINCT station)                                                   AS stations,
  sum(bikes * known_ms) / sum(known_ms) * count(DISTINCT station)           AS bikes_total,
  sum(known_ms) / (any_value(zone_size.stations) * getvariable('window_ms')) AS coverage,
  count(*) FILTER (is_change)                                               AS changes
FROM piece
JOIN (SELECT zone, count(*) AS stations FROM listed_station GROUP BY zone) AS zone_size USING (zone)
WHERE is_installed
GROUP BY zone, start;
