import { type Static, Type } from "typebox";
import { exactlyOneOf, rule } from "./cel-rules.ts";
import {
  Choice,
  Count,
  Duration,
  DurationOrZero,
  Flag,
  Label,
  ListByKey,
  ObjectName,
  Section,
  Storage,
  Text,
} from "./field-types.ts";
import { Schedule, TimeZone } from "./schedule.ts";

/** Who polls. */
export const Polling = Section(
  "The producers",
  {
    producers: Count("Processes that share the sources; each source is polled by one of them", {
      default: 1,
      maximum: 64,
    }),
    keyframeInterval: Duration("Each station is written to the log at least this often", "10m"),
  },
  { default: {} },
);
export type Polling = Static<typeof Polling>;

const Autoscaling = Section(
  "How many aggregators, by the time it takes to work off the backlog",
  {
    mode: Choice("Auto scales; Advise only writes its recommendation into the status", ["Auto", "Advise"], "Auto"),
    engine: Choice(
      "Who scales: KEDA on the lag that Kafka tells, or a HorizontalPodAutoscaler on a metric of an adapter",
      ["KEDA", "HPA"],
      "KEDA",
    ),
    minReplicas: Count("Least aggregators", { default: 1, maximum: 256 }),
    maxReplicas: Count("Most aggregators; more than partitions find no work", { maximum: 256 }),
    catchUpTarget: Duration("A backlog that takes longer to work off adds aggregators", "2m"),
    scaleUpCooldown: DurationOrZero("Time between two steps up", "1m"),
    scaleDownCooldown: DurationOrZero("Time for which fewer must be enough before a step down", "10m"),
  },
  {
    rules: [rule("self.minReplicas <= self.maxReplicas", "minReplicas can't exceed maxReplicas")],
  },
);
export type Autoscaling = Static<typeof Autoscaling>;

/** The averages. */
export const Aggregation = Section(
  "The averages",
  {
    window: Text("Window length; divides a day", {
      maxLength: 8,
      pattern: "^[1-9][0-9]{0,5}(s|m|h)$",
      expected: "a duration such as 90s, 3m or 1h",
      default: "3m",
      rules: [
        rule(
          "!self.matches('^[1-9][0-9]{0,5}(s|m|h)$') || (duration(self) <= duration('24h') && 86400 % duration(self).getSeconds() == 0)",
          "a window must divide a day: 1m, 3m, 5m, 10m, 15m, 30m or 1h, for example",
        ),
        rule("self == oldSelf", "window is immutable: windows of two lengths don't compare; make a new pipeline"),
      ],
    }),
    allowedLateness: DurationOrZero("How long after its end a window waits for late records", "30s"),
    replicas: Count("Aggregators; without effect where autoscaling is Auto", { default: 1, minimum: 0, maximum: 256 }),
    autoscaling: Type.Optional(Autoscaling),
    retention: Type.Optional(Duration("How long windows are kept; for ever unless set")),
  },
  { default: {} },
);
export type Aggregation = Static<typeof Aggregation>;

/** The history. */
export const Archive = Section(
  "The archivers: the log into Cassandra",
  {
    replicas: Count("Archivers; more than partitions find no work", { default: 1, minimum: 0, maximum: 256 }),
    retention: Type.Optional(Duration("How long observations are kept; for ever unless set")),
  },
  { default: {} },
);
export type Archive = Static<typeof Archive>;

const Spark = Section("How Spark runs it; needs the Spark operator", {
  image: Text("An image with Spark and its Cassandra connector", { maxLength: 512 }),
  version: Text("Spark's version in the image", { maxLength: 32, default: "4.0.1" }),
  serviceAccountName: ObjectName("The driver's service account: it makes the executors' pods"),
  executors: Count("Executors", { default: 2, maximum: 1000 }),
  cores: Count("Cores of an executor", { default: 1, maximum: 128 }),
  memory: Text("Memory of an executor and of the driver", {
    maxLength: 16,
    pattern: "^[1-9][0-9]*[mg]$",
    expected: "an amount as Spark writes it, such as 512m or 4g",
    default: "1g",
  }),
});

const Report = Section("A table made by SQL from the day's history", {
  name: Label("Name of the files"),
  sql: Text("The query, in DuckDB's or Spark's SQL", { maxLength: 16_384 }),
});

const BatchStorage = Section(
  "Where the files go: exactly one of volume and claimName",
  {
    volume: Type.Optional(
      Section(
        "A volume made for this pipeline",
        {
          ...Storage("", "10Gi").properties,
          accessMode: Choice("Who can mount it", ["ReadWriteOnce", "ReadWriteMany"], "ReadWriteOnce"),
        },
        {
          rules: [
            rule(
              "self == oldSelf",
              "storage is immutable: a volume keeps its size and class; expand its claim, or name another claim",
            ),
          ],
        },
      ),
    ),
    claimName: Type.Optional(ObjectName("A PersistentVolumeClaim that is there already")),
  },
  { default: { volume: {} }, rules: [exactlyOneOf("volume", "claimName")] },
);

/** The day's files. */
export const Batch = Section(
  "The day's history as CSV, Parquet and reports, by a CronJob; none unless set",
  {
    schedule: Schedule("When it runs", "15 2 * * *"),
    timeZone: TimeZone("The time zone of the schedule and of the day"),
    suspend: Flag("Start no runs", false),
    engine: Choice("What runs the SQL", ["DuckDB", "Spark"], "DuckDB"),
    spark: Type.Optional(Spark),
    reports: Type.Optional(ListByKey("Reports beside the built-in one", "name", Report, { maxItems: 32 })),
    storage: BatchStorage,
    startingDeadline: Duration("A run that could not start for so long is left out", "6h"),
    timeout: Duration("A run that takes longer fails", "2h"),
    historyLimits: HistoryLimits(),
  },
  {
    rules: [
      rule("self.engine != 'Spark' || has(self.spark)", "engine Spark needs spark: name an image with Spark"),
      rule("self.engine == 'Spark' || !has(self.spark)", "spark is for engine Spark only"),
    ],
  },
);
export type Batch = Static<typeof Batch>;

/** How many ended Jobs stay to be looked at. */
export function HistoryLimits() {
  return Section(
    "How many ended Jobs are kept",
    {
      successful: Count("Of those that succeeded", { default: 3, minimum: 0, maximum: 100 }),
      failed: Count("Of those that failed", { default: 1, minimum: 0, maximum: 100 }),
    },
    { default: {} },
  );
}
