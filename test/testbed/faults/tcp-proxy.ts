import { connect, createServer, type Server, type Socket } from "node:net";
import { type ByteQueue, byteQueue, type Shape, type Timing, unshaped, wallTiming } from "./byte-queue.ts";

/** The way bytes go that a fault concerns. */
export type Direction = "to-server" | "to-client" | "both";

export interface Endpoint {
  host: string;
  port: number;
}

/** The line between clients and one server, and what can be done to it. Faults last until `heal`. */
export interface TcpProxy {
  port: number;
  /** Connections that are open now. */
  connections(): number;
  /** Bytes that went through to the end, since the proxy was opened. */
  delivered(direction: "to-server" | "to-client"): number;
  /** Bytes that came in and did not go on yet. */
  underWay(direction: "to-server" | "to-client"): number;
  /**
   * A line that is cut: connections stay open, no byte arrives, new connections get no answer. What is sent
   * meanwhile arrives after `heal`, as TCP sends it again. Cut `to-client` only, a request is carried out and its
   * answer is lost.
   */
  cut(direction?: Direction): void;
  /** Open connections end with a reset; what was on its way is lost. New ones may come. */
  reset(): void;
  /** Open connections are reset and new ones refused, as when no process listens. */
  refuse(): Promise<void>;
  /** Every byte is under way this long, each way. */
  delay(ms: number): void;
  /** Each connection carries at most this much, each way. */
  throttle(bytesPerSecond: number): void;
  /** No fault any more: what is held is delivered, new connections are accepted. */
  heal(): Promise<void>;
  close(): Promise<void>;
}

interface Line {
  client: Socket;
  server: Socket;
  toServer: ByteQueue;
  toClient: ByteQueue;
}

/** Above this many bytes under way the sender is no longer read from, so that it feels the slow line. */
const WINDOW_BYTES = 256 * 1024;

/** Opens a proxy on loopback; port 0 takes a free one. `timing` is for tests with a clock of their own. */
export async function openTcpProxy(port: number, target: Endpoint, timing: Timing = wallTiming): Promise<TcpProxy> {
  const lines = new Set<Line>();
  const delivered = { "to-server": 0, "to-client": 0 };
  const held = { "to-server": false, "to-client": false };
  let shape: Shape = unshaped;
  let listening = true;

  function accept(client: Socket): void {
    const server = connect({ ...target, allowHalfOpen: true });
    const toServer = carry(client, server, "to-server");
    const toClient = carry(server, client, "to-client");
    const line: Line = { client, server, toServer, toClient };
    lines.add(line);
    // a reset on one side is a reset on the other
    for (const socket of [client, server]) {
      socket.setNoDelay(true);
      socket.on("error", () => end(line));
      socket.on("close", () => {
        if (client.destroyed && server.destroyed) lines.delete(line);
      });
    }
  }

  function carry(from: Socket, to: Socket, direction: "to-server" | "to-client"): ByteQueue {
    const underWay = () => queue.held + to.writableLength;
    const readOn = () => {
      if (underWay() < WINDOW_BYTES) from.resume();
    };
    const queue = byteQueue(
      (bytes) => {
        delivered[direction] += bytes.length;
        to.write(bytes);
        readOn();
      },
      () => to.end(),
      timing,
    );
    queue.shape(shape);
    if (held[direction]) queue.hold();
    from.on("data", (bytes) => {
      queue.push(Buffer.from(bytes));
      if (underWay() >= WINDOW_BYTES) from.pause();
    });
    from.on("end", () => queue.finish());
    to.on("drain", readOn);
    return queue;
  }

  function each(direction: Direction, act: (queue: ByteQueue) => void): void {
    for (const line of lines) {
      if (direction !== "to-client") act(line.toServer);
      if (direction !== "to-server") act(line.toClient);
    }
  }

  function end(line: Line): void {
    line.toServer.discard();
    line.toClient.discard();
    line.client.resetAndDestroy();
    line.server.resetAndDestroy();
    lines.delete(line);
  }

  function reshape(next: Shape): void {
    shape = next;
    each("both", (queue) => queue.shape(shape));
  }

  function reset(): void {
    for (const line of lines) end(line);
  }

  const listener = createServer({ allowHalfOpen: true }, accept);
  const bound = await listen(listener, port);

  async function refuse(): Promise<void> {
    const closed = listening ? stopListening(listener) : Promise.resolve();
    listening = false;
    reset();
    await closed;
  }

  return {
    port: bound,
    connections: () => lines.size,
    delivered: (direction) => delivered[direction],
    underWay(direction) {
      let bytes = 0;
      each(direction, (queue) => {
        bytes += queue.held;
      });
      return bytes;
    },
    cut(direction = "both") {
      held["to-server"] ||= direction !== "to-client";
      held["to-client"] ||= direction !== "to-server";
      each(direction, (queue) => queue.hold());
    },
    reset,
    refuse,
    delay: (ms) => reshape({ ...shape, delayMs: ms }),
    throttle: (bytesPerSecond) => reshape({ ...shape, bytesPerSecond }),
    async heal() {
      held["to-server"] = false;
      held["to-client"] = false;
      reshape(unshaped);
      each("both", (queue) => queue.release());
      if (!listening) await listen(listener, bound);
      listening = true;
    },
    close: refuse,
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}

function stopListening(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
