-- Which record each station sends at each poll: change, keyframe, absent, or none.
-- Reads observation, poll, listed_station. Writes log_record.

-- A station is known to the network when it is listed, or from the first time that it is seen. From then on it is
-- observed or absent at each poll that counts.
CREATE OR REPLACE TEMP TABLE presence AS
WITH known_station AS (
  SELECT station, min(since) AS since
  FROM (
    SELECT station, (SELECT min(polled_at) FROM poll) AS since FROM listed_station
    UNION ALL
    SELECT station, polled_at FROM observation
  )
  GROUP BY station
)
SELECT
  station, poll.polled_at, observation.polled_at IS NOT NULL AS observed, changed, observation.capacity,
  lag(observed) OVER by_station AS was_observed,
  lag(observation.capacity) OVER by_station AS previous_capacity
FROM known_station
JOIN poll ON poll.polled_at >= since
LEFT JOIN observation USING (station, polled_at)
WINDOW by_station AS (PARTITION BY station ORDER BY poll.polled_at);

-- Sent whatever was sent before: a change, the first poll of an absence, the first one after it, a new capacity.
-- The capacity is compared with the previous observation's, not with the last one sent: as each difference is sent at
-- once, these are the same. A station's zone never moves within a recording.
CREATE OR REPLACE TEMP TABLE prompted AS
SELECT
  station, polled_at,
  CASE WHEN NOT observed THEN 'absent' WHEN changed THEN 'change' ELSE 'keyframe' END AS kind,
  lead(polled_at) OVER (PARTITION BY station ORDER BY polled_at) AS next_prompted
FROM presence
WHERE changed
  OR observed IS DISTINCT FROM was_observed
  OR (observed AND capacity IS DISTINCT FROM previous_capacity);

-- From a record at one poll, the first poll at which a silence of the keyframe interval is over.
CREATE OR REPLACE TEMP TABLE due AS
SELECT earlier.polled_at, min(later.polled_at) AS due_at
FROM poll AS earlier JOIN poll AS later ON later.polled_at >= earlier.polled_at + getvariable('keyframe_ms')
GROUP BY earlier.polled_at;

-- Between two prompted records the station repeats its state whenever that silence is over. Each repetition depends on
-- the one before it, hence the recursion; a repeated change is a keyframe, an absence is repeated as absence.
CREATE OR REPLACE TEMP TABLE log_record AS
WITH RECURSIVE sent AS (
  SELECT station, polled_at, kind, next_prompted FROM prompted
  UNION ALL
  SELECT station, due_at, CASE WHEN kind = 'absent' THEN 'absent' ELSE 'keyframe' END, next_prompted
  FROM sent JOIN due USING (polled_at)
  WHERE next_prompted IS NULL OR due_at < next_prompted
)
SELECT station, polled_at, kind FROM sent;
