import { connect, createServer } from "node:net";
import { onTestFinished } from "vitest";

/**
 * A Cassandra that says it is of another release: a proxy before the real one that puts one digit in place of another in
 * what the node says of itself. Only to protocol version 4, which has no checksums, and that is the driver's.
 * @returns its contact point
 */
export async function olderRelease(contactPoint: string, release: string): Promise<string> {
  const [host, port] = contactPoint.split(":");
  const said = Buffer.from(release);
  const server = createServer((client) => {
    const node = connect(Number(port), host);
    client.pipe(node);
    node.on("data", (chunk: Buffer) => client.write(renamed(chunk, said)));
    node.on("end", () => client.end());
    for (const socket of [client, node]) socket.on("error", () => node.destroy());
    client.on("close", () => node.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return `127.0.0.1:${address.port}`;
}

/** The text of a cell, "5.0.9" say: its length in four bytes, then itself. */
function renamed(chunk: Buffer, release: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(release.length);
  for (let at = chunk.indexOf(length); at >= 0; at = chunk.indexOf(length, at + 1)) {
    const cell = chunk.subarray(at + 4, at + 4 + release.length);
    if (/^[45]\.\d\.\d$/.test(cell.toString("latin1"))) release.copy(cell);
  }
  return chunk;
}
