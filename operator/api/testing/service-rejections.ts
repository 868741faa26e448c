import { change, oneOf, pipeline, type Rejection, training } from "./rejection.ts";

const spark = { image: "spark:4", serviceAccountName: "spark" };

export const ofProcessing: Rejection[] = [
  pipeline(
    { aggregation: { window: "7m" } },
    "aggregation.window",
    "a window must divide a day: 1m, 3m, 5m, 10m, 15m, 30m or 1h, for example",
  ),
  pipeline({ aggregation: { window: "25h" } }, "aggregation.window", "a window must divide a day"),
  pipeline(
    { aggregation: { window: "1d" } },
    "aggregation.window",
    "expected a duration such as 90s, 3m or 1h, got 1d",
  ),
  change(
    {},
    { aggregation: { window: "5m" } },
    "aggregation.window",
    "window is immutable: windows of two lengths don't compare; make a new pipeline",
  ),
  pipeline(
    { aggregation: { allowedLateness: "-1s" } },
    "aggregation.allowedLateness",
    "expected a duration such as 0s, 30s or 5m, got -1s",
  ),
  pipeline(
    { aggregation: { replicas: 4 } },
    "",
    "aggregation.replicas can't exceed topics.partitions: a partition has one reader; add partitions",
  ),
  pipeline(
    { aggregation: { autoscaling: { maxReplicas: 4 } } },
    "",
    "aggregation.autoscaling.maxReplicas can't exceed topics.partitions",
  ),
  pipeline(
    { aggregation: { autoscaling: { minReplicas: 3, maxReplicas: 2 } } },
    "aggregation.autoscaling",
    "minReplicas can't exceed maxReplicas",
  ),
  pipeline(
    { archive: { replicas: 4 } },
    "",
    "archive.replicas can't exceed topics.partitions: a partition has one reader; add partitions",
  ),
  pipeline(
    { polling: { producers: 2 } },
    "",
    "polling.producers can't exceed the number of sources: a source has one producer",
  ),
  pipeline(
    { batch: { schedule: "at night" } },
    "batch.schedule",
    "expected a cron schedule of five fields such as 15 2 * * *, got at night",
  ),
  pipeline(
    { batch: { timeZone: "paris" } },
    "batch.timeZone",
    "expected a time zone of the IANA database such as Europe/Paris or Etc/UTC, got paris",
  ),
  pipeline(
    { batch: { timeZone: "Local" } },
    "batch.timeZone",
    "Local is no time zone: it would differ from node to node; name one such as Europe/Paris",
  ),
  pipeline({ batch: { engine: "Spark" } }, "batch", "engine Spark needs spark: name an image with Spark"),
  pipeline({ batch: { spark } }, "batch", "spark is for engine Spark only"),
  pipeline(
    { batch: { engine: "Spark", spark: { ...spark, memory: "1Gi" } } },
    "batch.spark.memory",
    "expected an amount as Spark writes it, such as 512m or 4g, got 1Gi",
  ),
  pipeline({ batch: { storage: {} } }, "batch.storage", oneOf("volume", "claimName")),
  change(
    { batch: {} },
    { batch: { storage: { volume: { size: "20Gi" } } } },
    "batch.storage.volume",
    "storage is immutable: a volume keeps its size and class; expand its claim, or name another claim",
  ),
];

export const ofServing: Rejection[] = [
  pipeline({ api: { expose: {} } }, "api.expose", oneOf("ingress", "gateway")),
  pipeline(
    { api: { expose: { ingress: { host: "https://velib.example.org" } } } },
    "api.expose.ingress.host",
    "expected a host name such as velib.example.org, got https://velib.example.org",
  ),
  pipeline(
    { notifications: [{ name: "chat", webhook: {} }] },
    "notifications[0].webhook",
    oneOf("url", "urlSecretKeyRef"),
  ),
  pipeline({ template: { all: { env: [{ name: "A" }] } } }, "template.all.env[0]", oneOf("value", "valueFrom")),
  pipeline(
    { template: { api: { env: [{ name: "A", valueFrom: {} }] } } },
    "template.api.env[0].valueFrom",
    oneOf("secretKeyRef", "configMapKeyRef"),
  ),
  pipeline(
    { template: { all: { env: [{ name: "VELIB_X", value: "1" }] } } },
    "template.all.env[0]",
    "names that begin with VELIB_ are the operator's own",
  ),
  pipeline(
    { template: { all: { env: [{ name: "A-B", value: "1" }] } } },
    "template.all.env[0].name",
    "expected a name of letters, digits and underscores, got A-B",
  ),
  {
    ...pipeline(
      {},
      "",
      "metadata.name becomes part of Services and CronJobs: expected a lower-case letter, then up to 45 letters, digits and dashes",
    ),
    name: "75.paris",
    field: "<nil>",
  },
];

export const ofTrainings: Rejection[] = [
  training({ logisticRegression: undefined }, "", "logisticRegression must be set"),
  {
    ...training(
      {},
      "",
      "pipelineRef is immutable: a model belongs to the pipeline it learnt from; make a new ModelTraining",
    ),
    before: { pipelineRef: { name: "oslo" }, logisticRegression: {} },
  },
  training(
    { schedule: "61 * * * *" },
    "schedule",
    "expected a cron schedule of five fields such as 15 2 * * *, got 61 * * * *",
  ),
  training({ pin: "../x" }, "pin", "expected a model version, as status.history shows them, got ../x"),
  {
    ...training({}, "", "metadata.name names a CronJob: expected at most 52 characters"),
    name: "t".repeat(53),
    field: "<nil>",
  },
];
