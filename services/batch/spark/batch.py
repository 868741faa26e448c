"""`velib batch` on Apache Spark (3.5 or 4): the same files of a day, and SQL reports of it in Spark's dialect.

Reads the history from Cassandra by the Spark Cassandra Connector, or from Parquet. Prints the result as JSON and ends
as `velib batch` does: 0 when the days are written, 1 when it broke off or a report failed, 2 when it was called or
configured wrongly.
"""

import argparse
import hashlib
import json
import os
import re
import shutil
import sys
import tempfile
import time
from datetime import date, datetime, timedelta, timezone
from functools import reduce
from pathlib import Path
from zoneinfo import ZoneInfo

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.window import Window

DAY_MS = 86_400_000
WORK_PREFIX = ".velib-batch-"
UNITS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
REPORT_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")

# Each zone in each local hour, as the report of the same name that DuckDB runs (services/batch/built-in-reports.ts).
ZONE_HOURS = """
WITH hours AS (
  SELECT *, explode(sequence(date_trunc('HOUR', starts_at), ends_at, INTERVAL 1 HOUR)) AS hour
  FROM states WHERE is_installed AND zone IS NOT NULL
), parts AS (
  SELECT *, unix_millis(least(ends_at, hour + INTERVAL 1 HOUR)) - unix_millis(greatest(starts_at, hour)) AS ms
  FROM hours WHERE hour < ends_at
)
SELECT zone, hour,
  sum(mechanical * ms) / sum(ms) FILTER (WHERE mechanical IS NOT NULL) AS mechanical_mean,
  sum(ebike * ms) / sum(ms) FILTER (WHERE ebike IS NOT NULL) AS ebike_mean,
  sum(bikes * ms) / sum(ms) AS bikes_mean,
  sum(docks * ms) / sum(ms) AS docks_mean,
  sum(bikes * ms) / nullif(sum(places * ms), 0) AS occupancy_mean,
  count(DISTINCT station) AS stations,
  sum(bikes * ms) / sum(ms) * count(DISTINCT station) AS bikes_total,
  coalesce(sum(ms) FILTER (WHERE docks = 0), 0) / sum(ms) AS full_share,
  coalesce(sum(ms) FILTER (WHERE bikes = 0), 0) / sum(ms) AS empty_share,
  sum(ms) / (count(DISTINCT station) * 3600000) AS coverage
FROM parts GROUP BY zone, hour ORDER BY zone, hour"""


class Wrong(Exception):
    """Called or configured wrongly: the same call would fail again."""


class CassandraHistory:
    """The keyspace of a pipeline; adapters/cassandra/migrations says what is in it."""

    def __init__(self, spark: SparkSession, keyspace: str):
        self._spark = spark
        self._keyspace = keyspace

    def sources(self) -> list[str]:
        return sorted(row.source for row in self._table("history_months").select("source").distinct().collect())

    def polls(self, source: str, start: int, end: int) -> DataFrame:
        """at_ms, hold_ms of the polls in [start, end)."""
        stored = self._table("history_months").where(F.col("source") == source).collect()
        months = [row.month for row in stored if utc(start, "%Y-%m") <= row.month <= utc(end, "%Y-%m")]
        polls = self._table("polls")
        parts = [polls.where((F.col("source") == source) & (F.col("month") == month)) for month in months]
        found = union(parts, polls.limit(0)).select(F.unix_millis("at").alias("at_ms"), "hold_ms")
        return found.where(F.col("at_ms").between(start, end - 1))

    def raw(self, source: str, start: int, end: int) -> DataFrame:
        """Observations in [start, end). An hour is a partition of the table: asked for by its whole key, one task."""
        table = self._table("observations_by_day")
        hours = (datetime.fromtimestamp(ms / 1000, timezone.utc) for ms in range(start - start % 3_600_000, end, 3_600_000))
        parts = [
            table.where((F.col("source") == source) & (F.col("day") == F.lit(hour.date())) & (F.col("hour") == hour.hour))
            for hour in hours
        ]
        rows = union(parts, table.limit(0)).select("station", "at", "reading.*")
        return raw_columns(rows).where(F.col("at_ms").between(start, end - 1))

    def _table(self, name: str) -> DataFrame:
        return self._spark.read.format("org.apache.spark.sql.cassandra").options(keyspace=self._keyspace, table=name).load()


class ParquetHistory:
    """A folder of `observations` and `polls`, each a Parquet file or folder of them with the columns of the tables."""

    def __init__(self, spark: SparkSession, folder: str):
        self._observations = spark.read.parquet(f"{folder}/observations.parquet")
        self._polls = spark.read.parquet(f"{folder}/polls.parquet")

    def sources(self) -> list[str]:
        return sorted(row.source for row in self._polls.select("source").distinct().collect())

    def polls(self, source: str, start: int, end: int) -> DataFrame:
        polls = self._polls.where(F.col("source") == source).select(F.unix_millis("at").alias("at_ms"), "hold_ms")
        return polls.where(F.col("at_ms").between(start, end - 1))

    def raw(self, source: str, start: int, end: int) -> DataFrame:
        rows = self._observations.where(F.col("source") == source)
        return raw_columns(rows).where(F.col("at_ms").between(start, end - 1))


def union(parts: list[DataFrame], empty: DataFrame) -> DataFrame:
    return reduce(DataFrame.unionByName, parts) if parts else empty


def raw_columns(rows: DataFrame) -> DataFrame:
    counts = ["bikes", "mechanical", "ebike", "docks", "capacity"]
    flags = ["is_installed", "is_renting", "is_returning"]
    return rows.select(
        "station",
        F.unix_millis("at").alias("at_ms"),
        *[F.col(name).cast("bigint") for name in counts],
        *[F.col(name).cast("boolean") for name in flags],
        "zone",
        "reported_at",
    )


def held(raw: DataFrame, polls: DataFrame, keyframe_ms: int) -> DataFrame:
    """Every observation with the end of its hold, until_ms.

    until = min(next, last poll before min(next, at + keyframe interval) + hold): the history has changes and keyframes
    only, and a station that is still observed has a record of its own after the keyframe interval at most.
    """
    next_ms = F.lead("at_ms").over(Window.partitionBy("station").orderBy("at_ms"))
    latest = F.col("at_ms") + F.lit(keyframe_ms)
    followed = raw.withColumn("next_ms", next_ms).withColumn("seen_before", F.least(F.coalesce("next_ms", latest), latest))
    # Stations share their polls' times: there are some thousands of bounds a day, whatever the number of stations.
    named = polls.select(F.col("at_ms").alias("poll_ms"), "hold_ms")
    seen = (
        followed.select("seen_before").distinct()
        .join(F.broadcast(named), F.col("poll_ms") < F.col("seen_before"))
        .groupBy("seen_before").agg(F.max(F.struct("poll_ms", "hold_ms")).alias("poll"))
    )
    end = F.col("poll.poll_ms") + F.col("poll.hold_ms")
    ended = followed.join(F.broadcast(seen), "seen_before").withColumn("until_ms", F.least(F.coalesce("next_ms", end), end))
    return ended.drop("seen_before", "next_ms", "poll")


def observations_of(rows: DataFrame, source: str) -> DataFrame:
    """The columns of the files; docs/explanation/batch.md says what each is."""
    return rows.select(
        F.lit(source).alias("source"),
        "station",
        F.timestamp_millis("at_ms").alias("observed_at"),
        F.timestamp_millis("until_ms").alias("holds_until"),
        "bikes", "mechanical", "ebike", "docks",
        F.greatest(F.coalesce("capacity", F.lit(0)), F.col("bikes") + F.col("docks")).alias("places"),
        "is_installed", "is_renting", "is_returning", "capacity", "zone", "reported_at",
    )  # fmt: skip


def states_of(rows: DataFrame, start: int, end: int) -> DataFrame:
    """The step function within the day: what reports read beside `observations`."""
    first, last = F.timestamp_millis(F.lit(start)), F.timestamp_millis(F.lit(end))
    inside = rows.where((F.col("holds_until") > first) & (F.col("observed_at") < last))
    starts, ends = F.greatest("observed_at", first), F.least("holds_until", last)
    return inside.select(
        "source", "station", "zone", starts.alias("starts_at"), ends.alias("ends_at"),
        (F.unix_millis(ends) - F.unix_millis(starts)).alias("held_ms"),
        "bikes", "mechanical", "ebike", "docks", "places", "is_installed", "is_renting", "is_returning", "capacity",
    )  # fmt: skip


class Output:
    """The folder written into. Spark writes into a folder inside it; whole files are moved to their places."""

    def __init__(self, folder: str):
        self.folder = Path(folder)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            for left in self.folder.glob(f"{WORK_PREFIX}*"):
                if time.time() - left.stat().st_mtime > DAY_MS / 1000:
                    shutil.rmtree(left, ignore_errors=True)
            self.work = Path(tempfile.mkdtemp(prefix=WORK_PREFIX, dir=self.folder))
            # Executors may run as another user of the volume's group.
            self.work.chmod(0o2775)
        except OSError as error:
            raise Wrong(f"--out {folder}: {error}; give a folder that can be written") from error

    def write(self, rows: DataFrame, kind: str, to: Path, count: int) -> dict:
        written = self.work / "part"
        shutil.rmtree(written, ignore_errors=True)
        writer = rows.write.option("compression", "zstd") if kind == "parquet" else rows.write.options(
            header=True, nullValue="", emptyValue='""', escape='"', ignoreLeadingWhiteSpace=False, ignoreTrailingWhiteSpace=False
        )  # fmt: skip
        writer.format(kind).save(str(written))
        [part] = written.glob(f"part-*.{kind}")
        return self.place(part, to, count)

    def place(self, file: Path, to: Path, rows: int) -> dict:
        place = self.folder / to
        with file.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
            os.fsync(content.fileno())
        size = file.stat().st_size
        place.parent.mkdir(parents=True, exist_ok=True)
        file.replace(place)
        return {"path": str(to), "rows": rows, "bytes": size, "sha256": digest}

    def place_text(self, text: str, to: Path) -> None:
        file = self.work / "text"
        file.write_text(text, encoding="utf-8")
        self.place(file, to, 0)


def as_csv(rows: DataFrame, whole_utc: bool) -> DataFrame:
    """Times as text: ISO 8601 UTC in the day's files; local with their offset in reports, as DuckDB writes them."""

    def text(name: str):
        column = F.col(f"`{name}`")
        if not whole_utc:
            return F.concat(column.cast("string"), F.regexp_replace(F.date_format(column, "xxx"), ":00$", ""))
        utc_time = F.to_utc_timestamp(column, F.current_timezone())
        pattern = F.when(F.unix_millis(column) % 1000 == 0, F.date_format(utc_time, "yyyy-MM-dd'T'HH:mm:ss'Z'"))
        return pattern.otherwise(F.date_format(utc_time, "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'"))

    return rows.select(*[
        text(name).alias(name) if kind == "timestamp" else F.col(f"`{name}`") for name, kind in rows.dtypes
    ])  # fmt: skip


def write_day(spark, history, output: Output, source: str, day: date, zone: ZoneInfo, keyframe_ms: int, reports) -> dict:
    started = time.monotonic()
    start, end = (round(datetime(at.year, at.month, at.day, tzinfo=zone).timestamp() * 1000) for at in (day, day + timedelta(days=1)))
    around = history.polls(source, start - DAY_MS, end + keyframe_ms).collect()
    longest_hold = max((poll.hold_ms for poll in around), default=0)
    polls = sorted((poll.at_ms, poll.hold_ms) for poll in around if poll.at_ms >= start - keyframe_ms - longest_hold)
    result = {
        "source": source, "day": day.isoformat(), "time_zone": zone.key, "from": iso(start), "to": iso(end), "outcome": "Empty",
        "complete": not history.polls(source, end, round(time.time() * 1000) + DAY_MS).isEmpty(),
        "polls": sum(start <= at < end for at, _ in polls), "observations": 0, "stations": 0,
        "parquet": None, "csv": None, "reports": [], "seconds": {"read": 0, "write": 0, "reports": 0},
    }  # fmt: skip
    if not polls:
        return result

    raw = history.raw(source, min(start, polls[0][0]), end + keyframe_ms)
    poll_rows = spark.createDataFrame(polls, "at_ms bigint, hold_ms bigint")
    reaching = held(raw, poll_rows, keyframe_ms).where((F.col("at_ms") < end) & (F.col("until_ms") > start) | (F.col("at_ms") >= start) & (F.col("at_ms") < end))
    everything = observations_of(reaching, source).persist()
    within = everything.where(F.col("observed_at") >= F.timestamp_millis(F.lit(start)))
    counted = within.agg(F.count("*"), F.countDistinct("station")).first()
    read = time.monotonic()
    try:
        if counted[0] == 0:
            return result
        of_day = f"day={day.isoformat()}"
        ordered = within.repartition(1).sortWithinPartitions("observed_at", "station")
        files = {
            "parquet": output.write(ordered, "parquet", Path("parquet", of_day, f"{source}.parquet"), counted[0]),
            "csv": output.write(as_csv(ordered, True), "csv", Path("csv", of_day, f"{source}.csv"), counted[0]),
        }
        written = time.monotonic()
        within.createOrReplaceTempView("observations")
        states_of(everything, start, end).createOrReplaceTempView("states")
        done = [write_report(spark, output, report, of_day, source) for report in reports]
        reported = time.monotonic()
    finally:
        everything.unpersist()
    seconds = {"read": round(read - started, 3), "write": round(written - read, 3), "reports": round(reported - written, 3)}
    result |= {"outcome": "Written", "observations": counted[0], "stations": counted[1], "reports": done, "seconds": seconds, **files}
    output.place_text(json.dumps(result, indent=2) + "\n", Path("results", of_day, f"{source}.json"))
    return result


def write_report(spark: SparkSession, output: Output, report: dict, of_day: str, source: str) -> dict:
    place = Path("reports", report["name"], of_day, f"{source}.csv")
    try:
        rows = spark.sql(select_of(report)).persist()
        count = rows.count()
        # One partition keeps the order of the statement's ORDER BY.
        file = output.write(as_csv(rows.coalesce(1), False), "csv", place, count)
        rows.unpersist()
        return {"name": report["name"], "outcome": "Written", "message": None, "file": file}
    except Exception as error:
        (output.folder / place).unlink(missing_ok=True)
        return {"name": report["name"], "outcome": "Failed", "message": first_line(error), "file": None}


def select_of(report: dict) -> str:
    """Within brackets only a SELECT is understood: a report writes nothing."""
    statement = report["sql"].strip().rstrip(";")
    return f"SELECT * FROM (\n{statement}\n)"


def check_reports(spark: SparkSession, reports: list[dict]) -> None:
    """On tables without rows, so that a mistake shows before hours of work."""
    raw = "station string, at timestamp, bikes bigint, mechanical bigint, ebike bigint, docks bigint, capacity bigint, "
    raw += "is_installed boolean, is_renting boolean, is_returning boolean, zone string, reported_at timestamp"
    rows = raw_columns(spark.createDataFrame([], raw)).withColumn("until_ms", F.col("at_ms"))
    observations = observations_of(rows, "none")
    observations.createOrReplaceTempView("observations")
    states_of(observations, 0, 0).createOrReplaceTempView("states")
    for report in reports:
        try:
            spark.sql(select_of(report))
        except AnalysisException as error:
            raise Wrong(f"report {report['name']}: {first_line(error)}; correct its SQL, in Spark's dialect") from error


def first_line(error: Exception) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)


def iso(ms: int) -> str:
    return utc(ms, "%Y-%m-%dT%H:%M:%S.") + f"{ms % 1000:03d}Z"


def utc(ms: int, form: str) -> str:
    return datetime.fromtimestamp(ms // 1000, timezone.utc).strftime(form)


def duration_ms(name: str, text: str) -> int:
    match = re.fullmatch(r"(\d{1,9})(ms|s|m|h|d)", text)
    if match is None or int(match[1]) == 0:
        raise Wrong(f"{name}: expected a duration such as 90s, 3m, 10h or 30d, got {text!r}")
    return int(match[1]) * UNITS[match[2]]


def text_of(field: str, path: str) -> str:
    try:
        return re.sub(r"\r?\n\Z", "", Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise Wrong(f"{field} {path}: {error}; give a readable file") from error


def configured(path: str) -> dict:
    """The operator writes JSON; defaults are those of services/config."""
    try:
        return json.loads(text_of("--config", path))
    except ValueError as error:
        raise Wrong(f"--config {path}: {error}; give a JSON file") from error


def cassandra_settings(config: dict) -> dict[str, str]:
    """Settings of the Spark Cassandra Connector, from the section `cassandra`."""
    cassandra = config.get("cassandra")
    if cassandra is None:
        raise Wrong("cassandra: missing, the batch needs it; or give --history")
    prefix = "spark.cassandra"
    settings = {
        f"{prefix}.connection.host": ",".join(cassandra["contactPoints"]),
        f"{prefix}.connection.localDC": cassandra["localDataCenter"],
        f"{prefix}.input.consistency.level": cassandra.get("consistency", "LOCAL_QUORUM"),
    }
    user = text_of("cassandra.usernameFile", cassandra["usernameFile"]) if "usernameFile" in cassandra else cassandra.get("username")
    if user is not None:
        settings |= {f"{prefix}.auth.username": user}
    if "passwordFile" in cassandra:
        settings |= {f"{prefix}.auth.password": text_of("cassandra.passwordFile", cassandra["passwordFile"])}
    if "tls" in cassandra:
        if "certFile" in cassandra["tls"]:
            raise Wrong("cassandra.tls.certFile: the connector reads no PEM; set spark.cassandra.connection.ssl.keyStore.* in the image")
        settings |= {f"{prefix}.connection.ssl.enabled": "true"}
    return settings


def reports_of(config: dict, paths: list[str]) -> list[dict]:
    own = [*config.get("batch", {}).get("reports", []), *({"name": Path(path).stem, "sql": text_of("--report", path)} for path in paths)]
    reports = [{"name": "zone-hours", "sql": ZONE_HOURS}, *own]
    for i, report in enumerate(reports):
        if REPORT_NAME.fullmatch(report["name"]) is None:
            raise Wrong(f"report {report['name']}: name it by lower-case letters, digits and dashes")
        if any(other["name"] == report["name"] for other in reports[:i]):
            raise Wrong(f"report {report['name']}: there are two of that name; rename one")
    return reports


def days_of(last: str | None, count: int, zone: ZoneInfo) -> list[date]:
    try:
        newest = datetime.now(zone).date() - timedelta(days=1) if last is None else date.fromisoformat(last)
    except ValueError as error:
        raise Wrong(f"--day: expected a date such as 2024-11-08, got {last!r}") from error
    return [newest - timedelta(days=ago) for ago in reversed(range(count))]


def options():
    parser = argparse.ArgumentParser(prog="batch.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", help="the pipeline's configuration, JSON: history in Cassandra")
    parser.add_argument("--history", help="instead of Cassandra: a folder with observations.parquet and polls.parquet")
    parser.add_argument("--out", default="velib-batch", help="the folder to write into, shared by driver and executors")
    parser.add_argument("--day", help="the local day (default: yesterday)")
    parser.add_argument("--days", type=int, default=1, choices=range(1, 3661), metavar="N", help="so many days, this one the last")
    parser.add_argument("--source", nargs="+", help="only these sources (default: all in the history)")
    parser.add_argument("--report", nargs="+", default=[], help="files of one SELECT each over observations and states")
    parser.add_argument("--time-zone", help="of the day (default: batch.timeZone of the configuration, or UTC)")
    parser.add_argument("--keyframe-interval", help="of the history (default: the configuration's, or 10m)")
    return parser.parse_args()


def run(given) -> int:
    started = time.monotonic()
    if given.config is None and given.history is None:
        raise Wrong("--config, --history: give one of the two")
    config = {} if given.config is None else configured(given.config)
    zone_name = given.time_zone or config.get("batch", {}).get("timeZone", "UTC")
    try:
        zone = ZoneInfo(zone_name)
    except (KeyError, ValueError) as error:
        raise Wrong(f"--time-zone: expected an IANA zone such as Europe/Paris, got {zone_name!r}") from error
    interval = given.keyframe_interval or config.get("deduplication", {}).get("keyframeInterval", "10m")
    keyframe_ms = duration_ms("--keyframe-interval", interval)
    reports = reports_of(config, given.report)
    days = days_of(given.day, given.days, zone)
    settings = {
        "spark.sql.session.timeZone": zone.key,
        # As DuckDB: a division by 0 gives NULL.
        "spark.sql.ansi.enabled": "false",
        # A report reads the day and no other file.
        "spark.sql.runSQLOnFiles": "false",
        # Instants; Spark's default (INT96) comes back as local times without a zone.
        "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
        **({} if given.history is not None else cassandra_settings(config)),
    }
    builder = SparkSession.builder.appName("velib-batch")
    for name, value in settings.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("WARN")
    check_reports(spark, reports)
    keyspace = config.get("cassandra", {}).get("keyspace") or config.get("pipeline", "").replace("-", "_")
    history = CassandraHistory(spark, keyspace) if given.history is None else ParquetHistory(spark, given.history)
    known = history.sources()
    for source in given.source or []:
        if source not in known:
            raise Wrong(f"--source {source}: the history has no such source; it has {', '.join(known) or 'none'}")
    output = Output(given.out)
    try:
        done = [
            write_day(spark, history, output, source, day, zone, keyframe_ms, reports)
            for day in days
            for source in given.source or known
        ]
    finally:
        shutil.rmtree(output.work, ignore_errors=True)
    partitions = spark.sparkContext.defaultParallelism
    spark.stop()
    duration = round(time.monotonic() - started, 3)
    result = {"kind": "BatchResult", "engine": "Spark", "out": given.out, "partitions": partitions, "days": done, "duration_seconds": duration}
    print(json.dumps(result, indent=2))
    failed = [(day, report) for day in done for report in day["reports"] if report["outcome"] == "Failed"]
    for day, report in failed:
        print(f"batch: report {report['name']} of {day['source']} on {day['day']}: {report['message']}; correct its SQL and run the day again", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(run(options()))
    except Wrong as wrong:
        print(f"batch: {wrong}", file=sys.stderr)
        sys.exit(2)
