import type { RawConnection } from "./parted-request.ts";

/** An offset of one partition as kafkajs writes it. */
export interface PartitionOffset {
  partition: number;
  offset: string;
  metadata?: string | null;
}

export interface JoinedGroup {
  generationId: number;
  leaderId: string;
  memberId: string;
  members: { memberId: string; memberMetadata: Buffer }[];
}

export interface ProducedMessage {
  key: string;
  value: Buffer | string;
  /** ms since the epoch, as digits. */
  timestamp: string;
  headers?: Record<string, string>;
}

interface ProducerIdentity {
  transactionalId: string;
  producerId: string;
  producerEpoch: number;
}

/** The calls of kafkajs's broker that we use, most of which its types leave out. */
export interface ProtocolBroker {
  readonly versions: Record<number, { minVersion: number; maxVersion: number }>;
  readonly connectionPool: {
    send(call: { request: object; response: object }): Promise<unknown>;
    getConnectionByRequest(call: { request: { apiKey: number } }): Promise<RawConnection>;
  };
  listOffsets(request: {
    replicaId: -1;
    isolationLevel: number;
    topics: { topic: string; partitions: { partition: number; timestamp: number }[] }[];
  }): Promise<{ responses: { topic: string; partitions: PartitionOffset[] }[] }>;
  joinGroup(request: {
    groupId: string;
    memberId: string;
    sessionTimeout: number;
    rebalanceTimeout: number;
    groupProtocols: { name: string; metadata: Buffer }[];
  }): Promise<JoinedGroup>;
  syncGroup(request: {
    groupId: string;
    generationId: number;
    memberId: string;
    groupAssignment: { memberId: string; memberAssignment: Buffer }[];
  }): Promise<{ memberAssignment: Buffer }>;
  heartbeat(request: { groupId: string; groupGenerationId: number; memberId: string }): Promise<unknown>;
  leaveGroup(request: { groupId: string; memberId: string }): Promise<unknown>;
  offsetCommit(request: {
    groupId: string;
    groupGenerationId: number;
    memberId: string;
    topics: { topic: string; partitions: PartitionOffset[] }[];
  }): Promise<unknown>;
  offsetFetch(request: {
    groupId: string;
    topics: { topic: string; partitions: { partition: number }[] }[];
  }): Promise<{ responses: { topic: string; partitions: PartitionOffset[] }[] }>;
  initProducerId(request: { transactionalId: string; transactionTimeout: number }): Promise<{
    producerId: string;
    producerEpoch: number;
  }>;
  addPartitionsToTxn(
    request: ProducerIdentity & { topics: { topic: string; partitions: number[] }[] },
  ): Promise<unknown>;
  endTxn(request: ProducerIdentity & { transactionResult: boolean }): Promise<unknown>;
}

const calls = ["joinGroup", "syncGroup", "heartbeat", "leaveGroup", "initProducerId", "addPartitionsToTxn", "endTxn"];

/** kafkajs's broker with all its calls; throws when another version of it no longer has them. */
export function protocolBroker(broker: object): ProtocolBroker {
  if (!isProtocolBroker(broker)) throw new TypeError("kafkajs's broker lacks a call: this adapter fits kafkajs 2.2.4");
  return broker;
}

function isProtocolBroker(broker: object): broker is ProtocolBroker {
  return "connectionPool" in broker && calls.every((call) => call in broker);
}
