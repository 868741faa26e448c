// The parts of kafkajs 2.2.4 (the last release, pinned) that it ships without types.

declare module "kafkajs/src/protocol/requests/fetch/v11/request.js" {
  const request: (options: {
    replicaId: number;
    isolationLevel: number;
    maxWaitTime: number;
    minBytes: number;
    maxBytes: number;
    topics: { topic: string; partitions: { partition: number; fetchOffset: string; maxBytes: number }[] }[];
  }) => { apiKey: number; apiVersion: number; apiName: string };
  export default request;
}

declare module "kafkajs/src/protocol/error.js" {
  const errors: { createErrorFromCode(code: number): Error };
  export default errors;
}

declare module "kafkajs/src/network/requestQueue/index.js" {
  const RequestQueue: { prototype: { pending: unknown[]; scheduleCheckPendingRequests(): void } };
  export default RequestQueue;
}

declare module "kafkajs/src/protocol/requests/produce/v7/response.js" {
  const response: {
    decode(bytes: Buffer): Promise<{ clientSideThrottleTime?: number }>;
    parse(data: unknown): Promise<unknown>;
  };
  export default response;
}

declare module "kafkajs/src/network/connection.js" {
  const Connection: { prototype: { chunks: Buffer[]; bytesBuffered: number; processData(bytes: Buffer): void } };
  export default Connection;
}
