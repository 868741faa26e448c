import { existsSync, readFileSync } from "node:fs";
import { Agent as HttpAgent } from "node:http";
import { type AgentOptions, Agent as HttpsAgent, type RequestOptions } from "node:https";
import type { KubeConfig } from "@kubernetes/client-node/dist/config.js";

/** Where an API server is and how to prove who we are. */
export interface KubeConnection {
  readonly server: URL;
  /** The namespace of the service account or of the kubeconfig's context; `default` without one. */
  readonly namespace: string;
  /** For a request sent now. Tokens and certificates are read again each minute, as they rotate on disk. */
  credentials(): Promise<Credentials>;
  /** The server said 401: read them again for the next request. */
  expireCredentials(): void;
  /** Ends idle connections. */
  close(): void;
}

export interface Credentials {
  headers: Record<string, string>;
  agent: HttpAgent;
}

interface Material {
  headers: Record<string, string>;
  tls: AgentOptions;
}

const SERVICE_ACCOUNT_DIR = "/var/run/secrets/kubernetes.io/serviceaccount";
/** As long as client-go keeps a token it has read: the kubelet renews tokens long before they end. */
const REREAD_MS = 60_000;
/** Dead peers are noticed on idle watches too; below the idle limits of load balancers (60 s and more). */
const TCP_KEEP_ALIVE_MS = 30_000;

/**
 * The connection of this process: the kubeconfig named, else that of KUBECONFIG, else the pod's service account, else
 * `~/.kube/config`. Throws when the kubeconfig can't be read or names no cluster.
 */
export async function connectionFor(kubeconfig?: string): Promise<KubeConnection> {
  if (!kubeconfig && !process.env.KUBECONFIG && existsSync(`${SERVICE_ACCOUNT_DIR}/token`)) {
    return serviceAccountConnection(SERVICE_ACCOUNT_DIR, process.env);
  }
  return kubeconfigConnection(kubeconfig);
}

/**
 * By the files of a service account. KubeConfig could do it as well, but importing it brings the whole generated
 * client: 0.7 s and 80 MiB that a pod need not spend.
 */
export function serviceAccountConnection(dir: string, env: NodeJS.ProcessEnv): KubeConnection {
  const host = env.KUBERNETES_SERVICE_HOST ?? "kubernetes.default.svc";
  const authority = host.includes(":") ? `[${host}]` : host;
  const server = new URL(`https://${authority}:${env.KUBERNETES_SERVICE_PORT ?? "443"}`);
  const read = (file: string) => readFileSync(`${dir}/${file}`, "utf8").trim();
  const namespace = existsSync(`${dir}/namespace`) ? read("namespace") : "default";
  return connection(server, namespace, async () => ({
    headers: { authorization: `Bearer ${read("token")}` },
    tls: { ca: read("ca.crt") },
  }));
}

async function kubeconfigConnection(file?: string): Promise<KubeConnection> {
  const client = await import("@kubernetes/client-node/dist/config.js");
  const config = new client.KubeConfig();
  if (file) config.loadFromFile(file);
  else config.loadFromDefault();
  const cluster = config.getCurrentCluster();
  if (cluster === null) {
    throw new Error(`kubeconfig ${file ?? process.env.KUBECONFIG ?? ""}: no current context; set current-context`);
  }
  const namespace = config.getContextObject(config.getCurrentContext())?.namespace ?? "default";
  return connection(new URL(cluster.server), namespace, () => materialOf(config));
}

async function materialOf(config: KubeConfig): Promise<Material> {
  const options: RequestOptions = { headers: {} };
  await config.applyToHTTPSOptions(options);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(options.headers ?? {})) headers[name.toLowerCase()] = String(value);
  if (options.auth) headers.authorization = `Basic ${Buffer.from(options.auth).toString("base64")}`;
  const { ca, cert, key, rejectUnauthorized, servername } = options;
  return { headers, tls: { ca, cert, key, rejectUnauthorized, servername } };
}

function connection(server: URL, namespace: string, read: () => Promise<Material>): KubeConnection {
  let readAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<Credentials> | null = null;
  let tlsText = "";
  let agent: HttpAgent | null = null;

  async function readAgain(): Promise<Credentials> {
    const { headers, tls } = await read();
    const text = JSON.stringify(tls, (_, value) => (Buffer.isBuffer(value) ? value.toString("base64") : value));
    if (agent === null || text !== tlsText) {
      // the old agent's connections end by themselves: its watches within minutes, its idle ones in seconds
      const options = { keepAlive: true, keepAliveMsecs: TCP_KEEP_ALIVE_MS, timeout: 0 };
      agent = server.protocol === "http:" ? new HttpAgent(options) : new HttpsAgent({ ...options, ...defined(tls) });
      tlsText = text;
    }
    return { headers, agent };
  }

  return {
    server,
    namespace,
    credentials() {
      if (reading === null || performance.now() - readAt > REREAD_MS) {
        readAt = performance.now();
        reading = readAgain();
        reading.catch(() => {
          reading = null;
        });
      }
      return reading;
    },
    expireCredentials() {
      reading = null;
    },
    close() {
      agent?.destroy();
    },
  };
}

/** An option given as undefined overrides Node's default (rejectUnauthorized), so absent ones are left out. */
function defined(options: AgentOptions): AgentOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
