import type { Cluster } from "kafkajs";
import errors from "kafkajs/src/protocol/error.js";
import fetchRequest from "kafkajs/src/protocol/requests/fetch/v11/request.js";
import produceResponse from "kafkajs/src/protocol/requests/produce/v7/response.js";
import type { ConnectionSettings } from "./connection-settings.ts";
import { type FetchedPartition, readFetchAnswer } from "./fetch-answer.ts";
import { KafkaError, kafkaError } from "./kafka-error.ts";
import { type KafkajsClient, kafkajsClient } from "./kafkajs-client.ts";
import { sendParts } from "./parted-request.ts";
import { type ProducedPartition, produceRequest } from "./produce-request.ts";
import { type ProtocolBroker, protocolBroker } from "./protocol-broker.ts";

const fetchApi = 1;
/** The fetch that Kafka 2.3 brought: the oldest whose answer we read. */
const fetchVersion = 11;
const readCommitted = 1;
/** How long the broker may wait for its replicas, ms. */
const produceTimeoutMs = 30_000;
const readUncommitted = 0;

export interface FetchLimits {
  /** How long the broker waits for something to come, ms. */
  maxWaitMs: number;
  maxBytes: number;
  partitionBytes: number;
}

/** Connections to a cluster, and the questions asked of it. Every failure is a VelibError. */
export class ClusterLink {
  readonly #client: KafkajsClient;
  readonly #cluster: Cluster;

  private constructor(client: KafkajsClient) {
    this.#client = client;
    this.#cluster = client.cluster();
  }

  /**
   * Connects and checks that the brokers are new enough.
   * @throws VelibError VELIB_KAFKA_UNREACHABLE, _AUTHENTICATION, _TLS, _TOO_OLD
   */
  static async open(settings: ConnectionSettings): Promise<ClusterLink> {
    const link = new ClusterLink(kafkajsClient(settings));
    try {
      await link.attempt("connect", async () => {
        await link.#cluster.connect();
        await link.#cluster.refreshMetadata();
        requireFetch(protocolBroker(await link.#cluster.findControllerBroker()));
      });
    } catch (error) {
      await link.close();
      throw error;
    }
    return link;
  }

  /** Runs calls on the cluster; what they throw becomes a VelibError that says what can't be done. */
  async attempt<T>(doing: string, calls: () => Promise<T>): Promise<T> {
    try {
      return await calls();
    } catch (error) {
      throw kafkaError(error, doing, this.#client.settings.brokers);
    }
  }

  /** Learns where the topics' partitions are; they are kept up to date from then on. */
  async follow(topics: string[]): Promise<void> {
    await this.attempt(`find ${topics.join(", ")}`, () => this.#cluster.addMultipleTargetTopics(topics));
  }

  /** Asks for the cluster's state anew. */
  async refresh(): Promise<void> {
    await this.attempt("ask for the cluster's state", () => this.#cluster.refreshMetadata());
  }

  /** The same, if the last answer is older than half a minute. */
  async refreshIfOld(): Promise<void> {
    await this.attempt("ask for the cluster's state", () => this.#cluster.refreshMetadataIfNecessary());
  }

  /** @throws VelibError VELIB_KAFKA_TOPIC when there is no such topic */
  partitionCount(topic: string): number {
    const count = this.#cluster.findTopicPartitionMetadata(topic).length;
    if (count > 0) return count;
    const at = this.#client.settings.brokers.join(",");
    throw new KafkaError(
      "VELIB_KAFKA_TOPIC",
      `Kafka at ${at}: there is no topic ${topic}; start the pipeline to create it`,
    );
  }

  /** The partitions by the broker (node id) that leads them. */
  leaders(topic: string, partitions: readonly number[]): Map<string, number[]> {
    return new Map(Object.entries(this.#cluster.findLeaderForPartitions(topic, [...partitions])));
  }

  /**
   * Offsets of the oldest record kept, after the newest one, or of the first one with a timestamp ≥ a time (ms; where
   * there is none, after the newest). Records of transactions not yet ended count: the broker acknowledges a commit
   * before every partition shows it, and one hung producer would hide what others have committed after it.
   */
  async offsets(
    topic: string,
    partitions: readonly number[],
    at: "oldest" | "end" | number,
  ): Promise<Map<number, number>> {
    const timestamp = at === "oldest" ? -2 : at === "end" ? -1 : at;
    const offsets = new Map<number, number>();
    await this.attempt(`ask for offsets of ${topic}`, async () => {
      for (const [nodeId, led] of this.leaders(topic, partitions)) {
        const broker = await this.#broker(nodeId);
        const { responses } = await broker.listOffsets({
          replicaId: -1,
          isolationLevel: readUncommitted,
          topics: [{ topic, partitions: led.map((partition) => ({ partition, timestamp })) }],
        });
        for (const { partition, offset } of responses[0]?.partitions ?? []) offsets.set(partition, Number(offset));
      }
    });
    const later = [...offsets].filter(([, offset]) => offset < 0).map(([partition]) => partition);
    if (later.length === 0 || timestamp < 0) return offsets;
    for (const [partition, end] of await this.offsets(topic, later, "end")) offsets.set(partition, end);
    return offsets;
  }

  /** Fetches from one broker; only committed records. `errorCode` of a partition is left to the caller. */
  async fetch(
    nodeId: string,
    topic: string,
    from: ReadonlyMap<number, number>,
    limits: FetchLimits,
  ): Promise<FetchedPartition[]> {
    return this.attempt(`read ${topic}`, async () => {
      const broker = await this.#broker(nodeId);
      const partitions = [...from].map(([partition, offset]) => ({
        partition,
        fetchOffset: String(offset),
        maxBytes: limits.partitionBytes,
      }));
      const request = fetchRequest({
        replicaId: -1,
        isolationLevel: readCommitted,
        maxWaitTime: limits.maxWaitMs,
        minBytes: 1,
        maxBytes: limits.maxBytes,
        topics: [{ topic, partitions }],
      });
      let answer: FetchedPartition[] = [];
      await broker.connectionPool.send({
        request,
        response: {
          decode: async (bytes: Buffer) => {
            const { errorCode, partitions } = readFetchAnswer(bytes, from);
            if (errorCode !== 0) throw errors.createErrorFromCode(errorCode);
            answer = partitions;
            return { clientSideThrottleTime: bytes.readInt32BE(0) };
          },
          parse: async (data: unknown) => data,
        },
      });
      return answer;
    });
  }

  /** The broker that coordinates a consumer group or a transactional id. */
  async coordinator(kind: "group" | "transaction", id: string): Promise<ProtocolBroker> {
    return this.attempt(`find the coordinator of ${id}`, async () => {
      // kafkajs's types leave the kind out.
      const asked = { groupId: id, coordinatorType: kind === "group" ? 0 : 1 };
      return protocolBroker(await this.#cluster.findGroupCoordinator(asked));
    });
  }

  /** Writes record batches to partitions that one broker leads; resolves when all replicas in sync have them. */
  async produce(
    nodeId: string,
    transactionalId: string | null,
    topics: ReadonlyMap<string, readonly ProducedPartition[]>,
  ): Promise<void> {
    const request = produceRequest(transactionalId, produceTimeoutMs, topics);
    await this.attempt(`write to ${[...topics.keys()].join(", ")}`, async () => {
      const broker = await this.#broker(nodeId);
      const connection = await broker.connectionPool.getConnectionByRequest({ request });
      const answer = await produceResponse.decode(await sendParts(connection, request));
      connection.requestQueue.maybeThrottle(answer.clientSideThrottleTime);
      await produceResponse.parse(answer);
    });
  }

  /** The VelibError of a partition's error code in an answer. */
  partitionError(code: number, doing: string): Error {
    return kafkaError(errors.createErrorFromCode(code), doing, this.#client.settings.brokers);
  }

  async close(): Promise<void> {
    this.#client.destroySockets();
    await this.#cluster.disconnect().catch(() => undefined);
  }

  async #broker(nodeId: string): Promise<ProtocolBroker> {
    return protocolBroker(await this.#cluster.findBroker({ nodeId }));
  }
}

function requireFetch({ versions }: ProtocolBroker): void {
  const spoken = versions[fetchApi];
  if (spoken !== undefined && spoken.minVersion <= fetchVersion && spoken.maxVersion >= fetchVersion) return;
  const came = spoken === undefined ? "none" : `${spoken.minVersion} to ${spoken.maxVersion}`;
  throw new KafkaError(
    "VELIB_KAFKA_TOO_OLD",
    `Kafka: expected a broker that speaks fetch version ${fetchVersion}, got one with ${came}; use Kafka 2.3 or newer`,
  );
}
