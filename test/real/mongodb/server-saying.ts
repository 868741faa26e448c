import { createServer, type Server, type Socket } from "node:net";
import { BSON } from "mongodb";
import { onTestFinished } from "vitest";

/** A server that says `hello` of itself and nothing else: OP_MSG and OP_QUERY of MongoDB's wire protocol. */
export async function serverSaying(hello: Record<string, unknown>): Promise<string> {
  const server: Server = createServer((socket) => answerHello(socket, hello));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return `127.0.0.1:${address.port}`;
}

function answerHello(socket: Socket, hello: Record<string, unknown>): void {
  socket.on("error", () => {});
  socket.on("data", (chunk) => {
    const request = Buffer.from(chunk);
    const legacy = request.readInt32LE(12) === 2004;
    const body = BSON.serialize({ ok: 1, isWritablePrimary: true, helloOk: true, ...hello });
    const head = legacy ? Buffer.alloc(20) : Buffer.alloc(5);
    if (legacy) head.writeInt32LE(1, 16);
    const header = Buffer.alloc(16);
    header.writeInt32LE(16 + head.length + body.length, 0);
    header.writeInt32LE(request.readInt32LE(4), 8);
    header.writeInt32LE(legacy ? 1 : 2013, 12);
    socket.write(Buffer.concat([header, head, body]));
  });
}

/** What a server allows, as it says in `hello`. */
export const limits = { maxBsonObjectSize: 16_777_216, maxMessageSizeBytes: 48_000_000, maxWriteBatchSize: 100_000 };
