/** The topics of a pipeline; `docs` of the deployment name them so. */
export interface TopicNames {
  /** The observation log itself: every record in order, markers in every partition. */
  observations: string;
  /** The newest station record of each station: compacted, same partitions as the log. */
  stations: string;
  deadLetters: string;
}

export function topicNames(pipeline: string): TopicNames {
  return {
    observations: `${pipeline}.observations`,
    stations: `${pipeline}.stations`,
    deadLetters: `${pipeline}.dead-letters`,
  };
}

/** Where an aggregator's results go that writes them to Kafka. */
export interface ResultTopics {
  /** Final station windows: keyed and partitioned as the log. */
  stationWindows: string;
  /** Parts of final zone windows, one a partition of the log. */
  zoneWindows: string;
  /** Checkpoints and latest states: compacted. */
  aggregatorState: string;
}

export function resultTopics(pipeline: string): ResultTopics {
  return {
    stationWindows: `${pipeline}.station-windows`,
    zoneWindows: `${pipeline}.zone-windows`,
    aggregatorState: `${pipeline}.aggregator-state`,
  };
}

/** How a consumer group is called on the cluster: a cluster may serve many pipelines. */
export function groupName(pipeline: string, group: string): string {
  return `${pipeline}.${group}`;
}

/** The transactional id of a source's producer. The same for every instance, so that a new one fences the old. */
export function transactionalId(pipeline: string, source: string): string {
  return `${pipeline}.producer.${source}`;
}
