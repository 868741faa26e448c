import { openTcpProxy } from "../testbed/faults/tcp-proxy.ts";

/** A port that nobody listened on a moment ago. */
export async function freePort(): Promise<number> {
  const proxy = await openTcpProxy(0, { host: "127.0.0.1", port: 1 });
  await proxy.close();
  return proxy.port;
}
