import { int16, int32, nullableText } from "./wire-types.ts";

/** A request whose body is already there in parts. */
export interface PartedRequest {
  apiKey: number;
  apiVersion: number;
  apiName: string;
  parts: readonly Buffer[];
}

/** What kafkajs's connections have that their types leave out. */
export interface RawConnection {
  readonly clientId: string;
  readonly socket: { cork(): void; write(bytes: Buffer): unknown; uncork(): void };
  readonly requestQueue: {
    push(request: {
      entry: object;
      expectResponse: boolean;
      requestTimeout: number | null;
      sendRequest: () => void;
    }): void;
    maybeThrottle(ms: number | undefined): void;
  };
  isAuthenticated(): boolean;
  authenticate(): Promise<void>;
  failIfNotConnected(): void;
  nextCorrelationId(): number;
}

/**
 * Sends a request in kafkajs's queue and gives the answer's bytes. kafkajs's own `send` copies a request
 * twice, each time into zeroed memory of the next power of two. Here the parts go to the socket as they are; they must
 * not change until the answer came.
 */
export async function sendParts(connection: RawConnection, request: PartedRequest): Promise<Buffer> {
  if (!connection.isAuthenticated()) await connection.authenticate();
  connection.failIfNotConnected();
  const { apiKey, apiVersion, apiName, parts } = request;
  const correlationId = connection.nextCorrelationId();
  const header = [int16(apiKey), int16(apiVersion), int32(correlationId), nullableText(connection.clientId)];
  const size = [...header, ...parts].reduce((sum, { length }) => sum + length, 0);
  const { promise, resolve, reject } = Promise.withResolvers<{ payload: Buffer }>();
  connection.requestQueue.push({
    entry: { apiKey, apiName, apiVersion, correlationId, resolve, reject },
    expectResponse: true,
    requestTimeout: null,
    sendRequest() {
      connection.socket.cork();
      for (const part of [int32(size), ...header, ...parts]) connection.socket.write(part);
      connection.socket.uncork();
    },
  });
  return (await promise).payload;
}
