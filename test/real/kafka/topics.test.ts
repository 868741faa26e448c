import { afterEach, expect, it } from "vitest";
import { topicResource, withAdmin } from "../../../adapters/kafka/client/with-admin.ts";
import { usersTopic } from "../../../adapters/kafka/kafka-user-log.ts";
import { topicNames } from "../../../adapters/kafka/topic-names.ts";
import { openDeadLetters, openLog, openUserLog } from "../../../services/backbone/kafka.ts";
import { Readiness } from "../../../services/backbone/readiness.ts";
import { checkBackboneConfig } from "../../../services/config/load-backbone-config.ts";
import { uniqueName } from "../../contracts/opened.ts";
import { describeReal } from "../servers.ts";
import { dropUserTopics } from "../users/users-pipeline.ts";
import { connectionTo, dropTopics } from "./kafka-pipeline.ts";

const dayMs = 86_400_000;

describeReal("the topics of a pipeline", ["kafka3"], ({ kafka3 }) => {
  const pipeline = uniqueName("topics").replaceAll("_", "-");

  afterEach(async () => {
    await dropTopics(kafka3, pipeline);
    await dropUserTopics(kafka3, pipeline);
  });

  it("are made with the partitions, replicas, retention and cleanup that each is to have", async () => {
    const kafka = {
      bootstrapServers: kafka3,
      partitions: 5,
      replication: 3,
      minInsyncReplicas: 2,
      retention: "14d",
      usersRetention: "1d",
      deadLettersRetention: "60d",
    };
    const context = { config: checkBackboneConfig({ pipeline, kafka }, "test"), readiness: new Readiness() };

    const opened = [
      await openLog(context, "test"),
      await openDeadLetters(context, "test"),
      await openUserLog(context, "test"),
    ];
    await Promise.all(opened.map((one) => one.close()));

    const { observations, stations, deadLetters } = topicNames(pipeline);
    const insync = { "min.insync.replicas": "2" };
    const kept = (days: number) => ({ ...insync, "retention.ms": String(days * dayMs) });
    const topics = [observations, stations, usersTopic(pipeline), deadLetters];
    // One of the three brokers may not have heard yet of a topic that another one made.
    await expect
      .poll(() => asTheyAre(topics), { timeout: 10_000 })
      .toEqual({
        [observations]: { partitions: 5, replicas: 3, config: { ...kept(14), "cleanup.policy": "delete" } },
        [stations]: { partitions: 5, replicas: 3, config: { ...insync, "cleanup.policy": "compact" } },
        [usersTopic(pipeline)]: { partitions: 5, replicas: 3, config: { ...kept(1), "cleanup.policy": "delete" } },
        [deadLetters]: { partitions: 1, replicas: 3, config: { ...kept(60), "cleanup.policy": "compact,delete" } },
      });
  });

  /** What the brokers say of the topics; of their settings those that were not left at the default. */
  function asTheyAre(topics: string[]) {
    return withAdmin(connectionTo(kafka3), "describe a test's topics", async (admin) => {
      const metadata = await admin.fetchTopicMetadata({ topics });
      const { resources } = await admin.describeConfigs({
        includeSynonyms: false,
        resources: topics.map((name) => ({ type: topicResource, name })),
      });
      const described = topics.map((topic) => {
        const partitions = metadata.topics.find(({ name }) => name === topic)?.partitions ?? [];
        const entries = resources.find(({ resourceName }) => resourceName === topic)?.configEntries ?? [];
        const own = entries.filter(({ configSource }) => configSource === ofTheTopic);
        return [
          topic,
          {
            partitions: partitions.length,
            replicas: Math.min(...partitions.map(({ replicas }) => replicas.length)),
            config: Object.fromEntries(own.map(({ configName, configValue }) => [configName, configValue])),
          },
        ] as const;
      });
      return Object.fromEntries(described);
    });
  }
});

/** DYNAMIC_TOPIC_CONFIG of the protocol. */
const ofTheTopic = 1;
