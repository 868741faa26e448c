-- Station windows [start, start + window): integrals of the step function that the observations make.
-- Reads observation. Writes piece, expected_station_window.

-- An observation's share of each window that it holds in: the overlap of [polled_at, ends) and [start, start + window).
CREATE OR REPLACE TEMP TABLE piece AS
WITH windows AS (
  SELECT
    *,
    unnest(range(polled_at - polled_at % getvariable('window_ms'), ends, getvariable('window_ms'))) AS start
  FROM observation
)
SELECT
  station, zone, is_installed, start, bikes, docks, mechanical, ebike, places,
  least(ends, start + getvariable('window_ms')) - greatest(polled_at, start) AS known_ms,
  -- Just before the window's end it still holds.
  ends >= start + getvariable('window_ms') AS is_last,
  changed AND polled_at >= start AS is_change
FROM windows
-- Final: the marker has passed the window's end + allowed lateness.
WHERE start + getvariable('window_ms') + getvariable('lateness_ms') <= getvariable('marker');

-- mean = ∫ value dt / known time; of a value that can be null (split, occupancy), over the time in which it was known.
-- coverage = known time / length. There is a row only where there is known time.
CREATE OR REPLACE TEMP TABLE expected_station_window AS
SELECT
  getvariable('source')                                                     AS source,
  station,
  start,
  start + getvariable('window_ms')                                          AS "end",
  sum(mechanical * known_ms) / sum(known_ms) FILTER (mechanical IS NOT NULL) AS mechanical_mean,
  sum(ebike * known_ms) / sum(known_ms) FILTER (ebike IS NOT NULL)          AS ebike_mean,
  sum(bikes * known_ms) / sum(known_ms)                                     AS bikes_mean,
  sum(docks * known_ms) / sum(known_ms)                                     AS docks_mean,
  sum(bikes / places * known_ms) FILTER (places > 0)
    / sum(known_ms) FILTER (places > 0)                                     AS occupancy_mean,
  min(bikes)                                                                AS bikes_min,
  max(bikes)                                                                AS bikes_max,
  max(bikes) FILTER (is_last)                                               AS bikes_last,
  min(docks)                                                                AS docks_min,
  max(docks)                                                                AS docks_max,
  max(docks) FILTER (is_last)                                               AS docks_last,
  sum(known_ms) / getvariable('window_ms')                                  AS coverage,
  count(*) FILTER (is_change)                                               AS changes
FROM piece
GROUP BY station, start;
