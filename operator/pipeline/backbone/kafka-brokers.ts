import type { Kafka } from "../../api/backbone.ts";
import type { VelibPipeline } from "../../api/velib-pipeline.ts";
import type { KafkaSection } from "../connections.ts";
import type { ComponentPlan } from "./component-plan.ts";
import { topicSettings } from "./kafka-topics.ts";
import type { ObservedObjects } from "./observed-objects.ts";
import { peersAt } from "./peer-address.ts";
import { resolveSecrets } from "./secret-files.ts";
import { type FilesOf, loginFiles, tlsFiles } from "./spec-files.ts";

const mechanisms = { "SCRAM-SHA-512": "scram-sha-512", "SCRAM-SHA-256": "scram-sha-256", PLAIN: "plain" } as const;

/** How to reach brokers of the user's own. */
export function brokersFiles({ tls, authentication }: Kafka): FilesOf<Pick<KafkaSection, "tls" | "authentication">> {
  const encryption = tls && tlsFiles("kafka", tls);
  const login = authentication && {
    mechanism: mechanisms[authentication.mechanism],
    ...loginFiles("kafka", authentication.secretRef, "spec.kafka.authentication.secretRef"),
  };
  return {
    part: {
      ...(encryption && { tls: encryption.part }),
      ...(login && { authentication: { mechanism: login.mechanism, ...login.part } }),
    },
    references: [...(encryption?.references ?? []), ...(login?.references ?? [])],
  };
}

/** Any brokers: nothing is made; the services make the topics that are missing, where they may. */
export function brokersPlan(pipeline: VelibPipeline, observed: ObservedObjects): ComponentPlan<KafkaSection> {
  const { bootstrapServers = [] } = pipeline.spec.kafka;
  const { part, references } = brokersFiles(pipeline.spec.kafka);
  const resolved = resolveSecrets(references, observed);
  const plan = { objects: [], created: [], states: [] };
  if ("state" in resolved) return { ...plan, connection: resolved };
  return {
    ...plan,
    connection: {
      state: "connected",
      config: { bootstrapServers, ...topicSettings(pipeline), ...part },
      secrets: resolved.files,
      peers: peersAt(bootstrapServers, 9092),
    },
  };
}
