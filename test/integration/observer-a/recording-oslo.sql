-- Reads the Oslo recording: GBFS names, no commune and therefore no zones.
-- Variables: recording, stations (paths).

CREATE OR REPLACE TEMP TABLE reading AS
SELECT
  row_number() OVER ()               AS row_number,
  epoch_ms(committed_at::TIMESTAMP)  AS polled_at,
  station_id                         AS station,
  num_bikes_available                AS bikes,
  bike                               AS mechanical,
  ebike,
  num_docks_available                AS docks,
  is_installed = '1' AS is_installed,
  is_renting = '1' AS is_renting,
  is_returning = '1' AS is_returning,
  NULL::VARCHAR                      AS capacity
FROM read_csv(getvariable('recording'), header = true, all_varchar = true);

CREATE OR REPLACE TEMP TABLE listed_station AS
SELECT
  station_id                         AS station,
  capacity::BIGINT                   AS capacity,
  NULL::VARCHAR                      AS zone
FROM read_csv(getvariable('stations'), header = true, all_varchar = true);
