import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { type Admin, type Cluster, Kafka, logLevel, type SASLOptions } from "kafkajs";
import { readTlsFiles, type TlsServer } from "../../tls/tls-files.ts";
import type { ConnectionSettings } from "./connection-settings.ts";
import { FrameReader } from "./frame-reader.ts";
import { readPassword } from "./password-file.ts";
import { quietRequestQueue } from "./quiet-request-queue.ts";
import { undividedAnswers } from "./undivided-answers.ts";

const keepAliveMs = 60_000;
const tlsServer: TlsServer = { name: "Kafka", code: "VELIB_KAFKA_TLS" };

/** kafkajs, set up for us: no logging of its own, few retries of its own (the callers have theirs), our sockets. */
export interface KafkajsClient {
  readonly settings: ConnectionSettings;
  admin(): Admin;
  /** A set of connections to the brokers with its own metadata. */
  cluster(): Cluster;
  /**
   * Cuts every connection, also those with a request under way, so that closing waits for no open fetch or join. None
   * can be made afterwards.
   */
  destroySockets(): void;
}

/** @throws VelibError VELIB_KAFKA_TLS, VELIB_KAFKA_AUTHENTICATION when a file of the settings can't be read */
export function kafkajsClient(settings: ConnectionSettings): KafkajsClient {
  quietRequestQueue();
  undividedAnswers();
  const { tls, sasl } = settings;
  // Read once here, so that a wrong path is told before the first connection.
  if (tls !== undefined) readTlsFiles(tls, tlsServer);
  if (sasl !== undefined) readPassword(sasl);
  const sockets = new Set<Socket>();
  let isClosed = false;
  const kafka = new Kafka({
    brokers: settings.brokers,
    clientId: settings.clientId,
    connectionTimeout: settings.connectTimeoutMs ?? 5_000,
    authenticationTimeout: settings.connectTimeoutMs ?? 5_000,
    requestTimeout: settings.requestTimeoutMs ?? 30_000,
    retry: { retries: 1, initialRetryTime: 100, maxRetryTime: 1_000 },
    logLevel: logLevel.NOTHING,
    ...(sasl === undefined ? {} : { sasl: rereadLogin(sasl) }),
    socketFactory({ host, port, onConnect }) {
      const socket =
        tls === undefined
          ? connectPlain(host, port, onConnect)
          : connectTls(
              { host, port, ...(isIP(host) ? {} : { servername: host }), ...readTlsFiles(tls, tlsServer) },
              onConnect,
            );
      socket.setKeepAlive(true, keepAliveMs);
      socket.setNoDelay(true);
      sockets.add(socket);
      socket.once("close", () => sockets.delete(socket));
      // kafkajs connects anew for what was under way when the others were cut; nobody would close it.
      if (isClosed) cut(socket);
      return socket;
    },
  });
  return {
    settings,
    admin: () => kafka.admin(),
    cluster: () => clusterOf(kafka),
    destroySockets() {
      isClosed = true;
      for (const socket of sockets) cut(socket);
    },
  };
}

function cut(socket: Socket): void {
  socket.destroy(new Error("closed by this process"));
}

function connectPlain(host: string, port: number, onConnect: () => void): Socket {
  const reader = new FrameReader((frame) => socket.emit("data", frame));
  const onread = {
    buffer: () => reader.space,
    callback(bytes: number) {
      reader.wrote(bytes);
      return true;
    },
  };
  const socket = connectTcp({ host, port, onread }, onConnect);
  return socket;
}

/** kafkajs asks for the password at every authentication: it gets what the file says then. */
function rereadLogin(sasl: NonNullable<ConnectionSettings["sasl"]>): SASLOptions {
  const { mechanism, username } = sasl;
  return {
    mechanism,
    username,
    get password() {
      return readPassword(sasl);
    },
  };
}

/** kafkajs hands its cluster, with the calls that its consumer lacks, to the partition assigners. */
function clusterOf(kafka: Kafka): Cluster {
  let found: Cluster | null = null;
  kafka.consumer({
    groupId: "unused",
    metadataMaxAge: 30_000,
    allowAutoTopicCreation: false,
    partitionAssigners: [
      ({ cluster }) => {
        found = cluster;
        return {
          name: "unused",
          version: 0,
          assign: async () => [],
          protocol: () => ({ name: "", metadata: Buffer.of() }),
        };
      },
    ],
  });
  if (found === null) throw new TypeError("kafkajs gave no cluster to the assigner: this adapter fits kafkajs 2.2.4");
  return found;
}
