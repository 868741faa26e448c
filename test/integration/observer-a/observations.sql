-- From rows to observations with the interval on which each holds.
-- Reads reading, listed_station. Writes dead_letter, poll, observation and the variables hold_ms, marker.

-- A count is a non-negative whole number; anything else is none.
CREATE OR REPLACE TEMP MACRO whole_number(cell) AS (
  SELECT CASE WHEN isfinite(n) AND n >= 0 AND n = trunc(n) THEN n::BIGINT END
  FROM (SELECT try_cast(cell AS DOUBLE) AS n)
);

-- A row is valid when it names its station and has bikes and docks. The split of the bikes is known as a whole or
-- not at all.
CREATE OR REPLACE TEMP TABLE judged AS
WITH parsed AS (
  SELECT
    row_number, polled_at, station, is_installed, is_renting, is_returning,
    whole_number(bikes) AS bikes,
    whole_number(docks) AS docks,
    whole_number(mechanical) AS mechanical,
    whole_number(ebike) AS ebike,
    whole_number(capacity) AS capacity
  FROM reading
)
SELECT
  * REPLACE (
    CASE WHEN ebike IS NOT NULL THEN mechanical END AS mechanical,
    CASE WHEN mechanical IS NOT NULL THEN ebike END AS ebike
  ),
  CASE
    WHEN station IS NULL THEN 'missing-station'
    WHEN bikes IS NULL OR docks IS NULL THEN 'invalid-count'
  END AS defect
FROM parsed;

-- A poll counts when at least one of its rows is valid. Otherwise it did not happen.
CREATE OR REPLACE TEMP TABLE poll AS
SELECT polled_at, row_number() OVER (ORDER BY polled_at) AS number
FROM judged
GROUP BY polled_at
HAVING count(*) FILTER (defect IS NULL) > 0;

-- Of the valid rows that name one station in one poll the first one counts.
CREATE OR REPLACE TEMP TABLE valid_row AS
SELECT *, row_number() OVER same_station AS nth, first(content) OVER same_station IS DISTINCT FROM content AS contradicts
FROM (
  SELECT
    *,
    {
      bikes: bikes, docks: docks, mechanical: mechanical, ebike: ebike,
      is_installed: is_installed, is_renting: is_renting, is_returning: is_returning
    } AS content
  FROM judged
  WHERE defect IS NULL
)
WINDOW same_station AS (PARTITION BY polled_at, station ORDER BY row_number ROWS UNBOUNDED PRECEDING);

-- What can't be read: a poll without a valid row is one dead letter; in a poll that counts, each bad row is one.
CREATE OR REPLACE TEMP TABLE dead_letter AS
SELECT polled_at, 'no-valid-row' AS reason FROM judged GROUP BY polled_at HAVING count(*) FILTER (defect IS NULL) = 0
UNION ALL
SELECT polled_at, defect FROM judged SEMI JOIN poll USING (polled_at) WHERE defect IS NOT NULL
UNION ALL
SELECT polled_at, 'duplicate-station' FROM valid_row WHERE nth > 1 AND contradicts;

-- hold, unless it is given: max(10 min, 2 × interval), the interval being the median time between the polls that count.
SET VARIABLE hold_ms = coalesce(getvariable('given_hold_ms'), (
  SELECT greatest(600000, 2 * median(polled_at - previous))::BIGINT
  FROM (SELECT polled_at, lag(polled_at) OVER (ORDER BY polled_at) AS previous FROM poll)
));

-- The end of the recording moves the marker to the last poll + hold.
SET VARIABLE marker = (SELECT max(polled_at) + getvariable('hold_ms') FROM poll);

-- An observation (station, polled_at) holds on [polled_at, ends): until the station's next valid observation, at most for `hold`.
-- A missing capacity is the last one that the station was seen with, else the listed one. A change is an observation
-- whose content differs from the station's previous one; the first one is a change.
CREATE OR REPLACE TEMP TABLE observation AS
SELECT
  * EXCLUDE (told_capacity, listed_capacity),
  coalesce(told_capacity, listed_capacity) AS capacity,
  greatest(coalesce(capacity, 0), bikes + docks) AS places
FROM (
  SELECT
    valid_row.station, polled_at, bikes, docks, mechanical, ebike, is_installed,
    least(coalesce(lead(polled_at) OVER by_station, polled_at + getvariable('hold_ms')), polled_at + getvariable('hold_ms')) AS ends,
    last_value(valid_row.capacity IGNORE NULLS) OVER by_station AS told_capacity,
    listed_station.capacity AS listed_capacity,
    lag(content) OVER by_station IS DISTINCT FROM content AS changed,
    zone
  FROM valid_row LEFT JOIN listed_station ON listed_station.station = valid_row.station
  WHERE nth = 1
  WINDOW by_station AS (PARTITION BY valid_row.station ORDER BY polled_at)
);
