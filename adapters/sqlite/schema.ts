/** Grows by one with every change of the tables; an older release refuses a newer file. */
export const schemaVersion = 1;

/**
 * One file for log, results and history. Windows and observations are clustered by time, as they are written: by
 * station, each commit would rewrite a page a station (16 GB written for a replay of 1.1 M rows). A station's rows
 * are found by seeks, one a time, from the times that `window_starts` and `polls` list. Names are kept once and
 * referred to by number. The views give the results with names and readable times to
 * whoever opens the file with any SQLite client.
 */
export const schema = `
CREATE TABLE sources (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE stations (
  id INTEGER PRIMARY KEY, source_id INTEGER NOT NULL REFERENCES sources, code TEXT NOT NULL, UNIQUE (source_id, code)
);
CREATE TABLE zones (
  id INTEGER PRIMARY KEY, source_id INTEGER NOT NULL REFERENCES sources, name TEXT NOT NULL, UNIQUE (source_id, name)
);

CREATE TABLE log_batches (
  base_offset INTEGER PRIMARY KEY, count INTEGER NOT NULL, source TEXT NOT NULL, at INTEGER NOT NULL,
  marker TEXT NOT NULL, records TEXT NOT NULL
);
CREATE INDEX log_batches_by_source ON log_batches (source, marker, at);
CREATE TABLE log_stations (
  source TEXT NOT NULL, station TEXT NOT NULL, record TEXT NOT NULL, PRIMARY KEY (source, station)
) WITHOUT ROWID;
CREATE TABLE consumer_groups (name TEXT PRIMARY KEY, generation INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE dead_letters (
  id TEXT PRIMARY KEY, source TEXT NOT NULL, at INTEGER NOT NULL, reason TEXT NOT NULL, detail TEXT NOT NULL,
  excerpt TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX dead_letters_by_time ON dead_letters (at);

CREATE TABLE window_starts (
  source_id INTEGER NOT NULL, start INTEGER NOT NULL, PRIMARY KEY (source_id, start)
) WITHOUT ROWID;
CREATE TABLE station_windows (
  source_id INTEGER NOT NULL, start INTEGER NOT NULL, station_id INTEGER NOT NULL,
  mechanical_mean REAL, ebike_mean REAL, bikes_mean REAL NOT NULL, docks_mean REAL NOT NULL, occupancy_mean REAL,
  bikes_min REAL NOT NULL, bikes_max REAL NOT NULL, bikes_last REAL,
  docks_min REAL NOT NULL, docks_max REAL NOT NULL, docks_last REAL,
  coverage REAL NOT NULL, changes INTEGER NOT NULL,
  PRIMARY KEY (source_id, start, station_id)
) WITHOUT ROWID;
CREATE TABLE zone_windows (
  source_id INTEGER NOT NULL, start INTEGER NOT NULL, zone_id INTEGER NOT NULL, partition INTEGER NOT NULL,
  known_ms INTEGER NOT NULL, bikes_ms INTEGER NOT NULL, docks_ms INTEGER NOT NULL, mechanical_ms INTEGER NOT NULL,
  ebike_ms INTEGER NOT NULL, split_ms INTEGER NOT NULL, places_ms INTEGER NOT NULL,
  stations INTEGER NOT NULL, zone_stations INTEGER NOT NULL, changes INTEGER NOT NULL,
  PRIMARY KEY (source_id, start, zone_id, partition)
) WITHOUT ROWID;
CREATE TABLE station_states (
  source TEXT NOT NULL, station TEXT NOT NULL, lat REAL, lon REAL, state TEXT NOT NULL, PRIMARY KEY (source, station)
) WITHOUT ROWID;
CREATE TABLE source_states (source TEXT PRIMARY KEY, state TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE checkpoints (
  partition INTEGER PRIMARY KEY, generation INTEGER NOT NULL, log_offset INTEGER NOT NULL, state BLOB NOT NULL
);
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE observations (
  source_id INTEGER NOT NULL, at INTEGER NOT NULL, station_id INTEGER NOT NULL,
  bikes INTEGER NOT NULL, mechanical INTEGER, ebike INTEGER, docks INTEGER NOT NULL,
  is_installed INTEGER NOT NULL, is_renting INTEGER NOT NULL, is_returning INTEGER NOT NULL,
  capacity INTEGER, zone_id INTEGER, reported_at INTEGER,
  PRIMARY KEY (source_id, at, station_id)
) WITHOUT ROWID;
CREATE TABLE polls (
  source_id INTEGER NOT NULL, at INTEGER NOT NULL, marker TEXT NOT NULL, PRIMARY KEY (source_id, at)
) WITHOUT ROWID;
CREATE TABLE history_positions (partition INTEGER PRIMARY KEY, log_offset INTEGER NOT NULL);

CREATE VIEW windows_by_station AS
SELECT s.name AS source, st.code AS station,
  strftime('%Y-%m-%dT%H:%M:%SZ', w.start / 1000, 'unixepoch') AS start,
  mechanical_mean, ebike_mean, bikes_mean, docks_mean, occupancy_mean,
  bikes_min, bikes_max, bikes_last, docks_min, docks_max, docks_last, coverage, changes
FROM station_windows w JOIN sources s ON s.id = w.source_id JOIN stations st ON st.id = w.station_id;
CREATE VIEW windows_by_zone AS
SELECT s.name AS source, z.name AS zone,
  strftime('%Y-%m-%dT%H:%M:%SZ', w.start / 1000, 'unixepoch') AS start,
  sum(mechanical_ms) * 1.0 / nullif(sum(split_ms), 0) AS mechanical_mean,
  sum(ebike_ms) * 1.0 / nullif(sum(split_ms), 0) AS ebike_mean,
  sum(bikes_ms) * 1.0 / sum(known_ms) AS bikes_mean,
  sum(docks_ms) * 1.0 / sum(known_ms) AS docks_mean,
  sum(bikes_ms) * 1.0 / nullif(sum(places_ms), 0) AS occupancy_mean,
  sum(w.stations) AS stations, sum(w.changes) AS changes
FROM zone_windows w JOIN sources s ON s.id = w.source_id JOIN zones z ON z.id = w.zone_id
GROUP BY w.source_id, w.zone_id, w.start HAVING sum(known_ms) > 0
`;
