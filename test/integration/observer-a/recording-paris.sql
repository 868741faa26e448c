-- Reads the Paris recording: Opendatasoft's columns, a row per station and poll, empty cell = null.
-- Variables: recording, stations (paths).

-- Rows in the order of the file: of two rows naming the same station in one poll the first one counts.
CREATE OR REPLACE TEMP TABLE reading AS
SELECT
  row_number() OVER ()               AS row_number,
  epoch_ms(polled_at::TIMESTAMP)     AS polled_at,
  stationcode                        AS station,
  numbikesavailable                  AS bikes,
  mechanical,
  ebike,
  numdocksavailable                  AS docks,
  is_installed = '1' AS is_installed,
  is_renting = '1' AS is_renting,
  is_returning = '1' AS is_returning,
  capacity
FROM read_csv(getvariable('recording'), header = true, all_varchar = true);

-- What the network says about its stations. Zone: the arrondissement ⌊stationcode / 1000⌋ where stationcode < 21000
-- (the commune says "Paris" for all twenty), elsewhere the commune's name.
CREATE OR REPLACE TEMP TABLE listed_station AS
SELECT
  stationcode                        AS station,
  capacity::BIGINT                   AS capacity,
  CASE
    WHEN try_cast(stationcode AS BIGINT) BETWEEN 1000 AND 20999 THEN (stationcode::BIGINT // 1000)::VARCHAR
    ELSE nom_arrondissement_communes
  END                                AS zone
FROM read_csv(getvariable('stations'), header = true, all_varchar = true);
