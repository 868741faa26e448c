import type { NetworkPeer } from "../connections.ts";

/** The port of `host`, `host:port` or `[address]:port`. */
export function portOf(server: string, fallback: number): number {
  const [, port] = /:(\d{1,5})$/.exec(server) ?? [];
  return port === undefined ? fallback : Number(port);
}

/** Servers outside the pipeline's own objects: who they are is not known, only their ports, each once. */
export function peersAt(servers: readonly string[], fallback: number): NetworkPeer[] {
  const ports = new Set(servers.map((server) => portOf(server, fallback)));
  return [...ports].sort((a, b) => a - b).map((port) => ({ port }));
}

/** The hosts of a connection string; `mongodb+srv` finds them by DNS, at MongoDB's own port. */
export function mongodbServers(uri: string): string[] {
  const [, hosts = ""] = /^mongodb(?:\+srv)?:\/\/(?:[^@/]*@)?([^/?]*)/.exec(uri) ?? [];
  return hosts.split(",").filter((host) => host !== "");
}

/** The port of a web address. */
export function webPeers(url: string): NetworkPeer[] {
  const { port, protocol } = new URL(url);
  const usual = protocol === "https:" ? 443 : 80;
  return [{ port: port === "" ? usual : Number(port) }];
}
