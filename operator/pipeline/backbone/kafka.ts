import type { VelibPipeline } from "../../api/velib-pipeline.ts";
import { isTerminating, type KubeObject } from "../../runtime/kube-object.ts";
import type { KafkaSection } from "../connections.ts";
import { backboneNames } from "./backbone-names.ts";
import { type ComponentPlan, missingKind, stateOf, terminating, writable } from "./component-plan.ts";
import { brokersPlan } from "./kafka-brokers.ts";
import { connectCluster } from "./kafka-connection.ts";
import { checksRights, usableListener } from "./kafka-listener.ts";
import { strimziObjects } from "./kafka-strimzi.ts";
import { topicObjects } from "./kafka-topics.ts";
import { userObject } from "./kafka-user.ts";
import type { BackboneObject, ObservedObjects } from "./observed-objects.ts";
import { kafkaKind, nodePoolKind, topicKind, userKind } from "./partner-kinds.ts";
import { type PartnerState, strimziState } from "./partner-status.ts";

/** Kafka for a pipeline: a Strimzi cluster of its own, one that is there already, or any brokers. */
export function planKafka(pipeline: VelibPipeline, observed: ObservedObjects): ComponentPlan<KafkaSection> {
  const { strimzi, clusterRef } = pipeline.spec.kafka;
  if (strimzi !== undefined) {
    const { kafka: name } = backboneNames(pipeline);
    const { kafka, pool } = strimziObjects(pipeline, strimzi);
    return onCluster(pipeline, observed, {
      name,
      made: [
        { type: nodePoolKind, object: pool },
        { type: kafkaKind, object: kafka },
      ],
      specified: kafka,
      live: observed.get(kafkaKind, name),
      state: stateOf({ type: kafkaKind, name }, observed, strimziState),
    });
  }
  if (clusterRef !== undefined) {
    const { name } = clusterRef;
    const live = observed.get(kafkaKind, name);
    return onCluster(pipeline, observed, { name, made: [], specified: live, live, state: existingState(name, live) });
  }
  return brokersPlan(pipeline, observed);
}

/** A Strimzi cluster. */
interface Cluster {
  name: string;
  /** Its objects, where the pipeline has a cluster of its own. */
  made: readonly BackboneObject[];
  /** The Kafka resource as it is to be, or as it is; null when it is not there. */
  specified: KubeObject | null;
  live: KubeObject | null;
  state: PartnerState;
}

function onCluster(
  pipeline: VelibPipeline,
  observed: ObservedObjects,
  { name, made, specified, live, state }: Cluster,
): ComponentPlan<KafkaSection> {
  const listener = specified === null ? null : usableListener(specified);
  const settings = topicObjects(pipeline, name).map((object): BackboneObject => ({ type: topicKind, object }));
  if (specified !== null && listener?.scram === true) {
    const object = userObject(pipeline, name, { authorized: checksRights(specified) });
    settings.push({ type: userKind, object });
  }
  const kinds = [kafkaKind, topicKind, userKind, ...(made.length === 0 ? [] : [nodePoolKind])];
  const { objects, blocked } = writable([...made, ...settings], pipeline, observed);
  const stop = missingKind(kinds, observed) ?? blocked;
  const states = settings.map(({ type, object }) =>
    stateOf({ type, name: object.metadata.name }, observed, strimziState),
  );
  return {
    objects,
    created: [],
    connection: stop ?? connectCluster(pipeline, observed, { name, live, state, listener, settings: states }),
    states: [state, ...states],
  };
}

function existingState(name: string, live: KubeObject | null): PartnerState {
  if (live === null) {
    const message = `Kafka ${name} (spec.kafka.clusterRef) is missing: create it, or name another`;
    return { state: "waiting", reason: "ClusterMissing", message };
  }
  return isTerminating(live) ? terminating(live) : strimziState(live);
}
