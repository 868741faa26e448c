import { createServer } from "node:net";

/** A broker that speaks no fetch newer than version 3, as before Kafka 0.10.1, and answers nothing else that matters. */
export async function oldBroker(): Promise<{ address: string; close(): void }> {
  const server = createServer((socket) => {
    socket.on("data", (request: Buffer) => {
      const body = request.readInt16BE(4) === metadataApi ? oneBroker(socket.localPort ?? 0) : oldVersions;
      const answer = Buffer.alloc(8 + body.length);
      answer.writeInt32BE(4 + body.length, 0);
      request.copy(answer, 4, 8, 12);
      body.copy(answer, 8);
      socket.write(answer);
    });
    socket.on("error", () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { address: `127.0.0.1:${address.port}`, close: () => void server.close() };
}

const metadataApi = 3;

/** An answer to ApiVersions: fetch (1) in versions 0 to 3, metadata (3) in 0 to 1. */
const oldVersions = Buffer.from([0, 0, 0, 0, 0, 2, 0, 1, 0, 0, 0, 3, 0, 3, 0, 0, 0, 1, 0, 0, 0, 0]);

/** An answer to Metadata, version 1: broker 0 at 127.0.0.1, which is the controller, and no topic. */
function oneBroker(port: number): Buffer {
  const host = Buffer.from("127.0.0.1");
  const numbers = Buffer.from([0, 0, 0, 1, 0, 0, 0, 0, 0, host.length]);
  const rest = Buffer.from([0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0]);
  rest.writeInt32BE(port, 0);
  return Buffer.concat([numbers, host, rest]);
}
