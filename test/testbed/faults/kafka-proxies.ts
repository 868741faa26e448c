import { openTcpProxy, type TcpProxy } from "./tcp-proxy.ts";

/**
 * One proxy per broker, in the order of `addresses` (`TEST_KAFKA_PROXIED_BROKERS`, `TEST_KAFKA3_PROXIED_BROKERS`).
 * The broker listens one port below the address it advertises there, so a client that comes in by a proxy is sent
 * on to proxies only, and one that comes in by the direct address never meets them.
 */
export async function openKafkaProxies(addresses: string): Promise<TcpProxy[]> {
  const ports = addresses.split(",").map((address) => Number(address.slice(address.lastIndexOf(":") + 1)));
  return Promise.all(ports.map((port) => openTcpProxy(port, { host: "127.0.0.1", port: port - 1 })));
}
