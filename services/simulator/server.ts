import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { VelibError } from "../../core/errors.ts";
import { json, send } from "./answer.ts";
import { failure } from "./feed-request.ts";
import { gbfsPath } from "./gbfs-api.ts";
import { dataset, datasetsPath } from "./opendatasoft-api.ts";
import type { SimulatorOptions, SimulatorSettings } from "./options.ts";
import { simulatorSettings } from "./options.ts";
import { feedAt, ownAnswer } from "./routes.ts";
import { Simulator } from "./simulator.ts";

/** A simulator that listens. */
export interface RunningSimulator {
  /** Where it listens, e.g. `http://127.0.0.1:8090`. */
  url: string;
  /** All rows of the Opendatasoft dataset in one body (Explore v2.1, `exports/json`). */
  exportUrl: string;
  /** The same rows page by page (Explore v2.1, `records`). */
  recordsUrl: string;
  /** Discovery file of GBFS 2.3. */
  gbfsUrl: string;
  /** Discovery file of GBFS 3.0. */
  gbfs3Url: string;
  /** The randomuser-style users API. */
  usersUrl: string;
  /** Stops listening and ends every connection. */
  close(): Promise<void>;
}

/**
 * Starts a simulated bike-share city on HTTP.
 * @throws VelibError VELIB_CONFIG_INVALID for a wrong option, VELIB_PORT_IN_USE when it can't listen there
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<RunningSimulator> {
  const settings = simulatorSettings(options);
  const simulator = new Simulator(settings);
  const stop = new AbortController();
  const server = createServer((request, response) => {
    respond(simulator, request, response, stop.signal).catch((error: unknown) => {
      // A client that goes away in the middle of an answer is its own affair.
      response.destroy(error instanceof Error ? error : undefined);
    });
  });
  const port = await listen(server, settings);
  const url = `http://${shownHost(settings.host)}:${port}`;
  const rows = `${url}${datasetsPath}/${dataset}`;
  return {
    url,
    exportUrl: `${rows}/exports/json`,
    recordsUrl: `${rows}/records`,
    gbfsUrl: `${url}${gbfsPath("2.3")}`,
    gbfs3Url: `${url}${gbfsPath("3.0")}`,
    usersUrl: `${url}/api/`,
    close: () => close(server, stop),
  };
}

async function respond(
  simulator: Simulator,
  request: IncomingMessage,
  response: ServerResponse,
  stopped: AbortSignal,
): Promise<void> {
  response.setHeader("Server", "velib-simulator");
  const url = URL.parse(request.url ?? "/", "http://simulator");
  if (url === null) {
    return send(request, response, json(400, { error: "the address of the request can't be read" }), null);
  }
  const reads = request.method === "GET" || request.method === "HEAD";
  const feed = reads ? feedAt(url.pathname) : null;
  if (feed === null) {
    return send(request, response, await ownAnswer(url.pathname, request, simulator), null);
  }
  const faults = simulator.faults.nextRequest();
  if (faults.meets("slow")) {
    await wait(simulator.settings.slowMs, undefined, { signal: stopped });
  }
  const { at } = simulator;
  const asked = { simulator, at, faults, parameters: url.searchParams, origin: originOf(request) };
  const answer = failure(faults) ?? feed(asked);
  const cut = answer.status === 200 && faults.meets("truncated-body");
  return send(
    request,
    response,
    answer,
    cut ? { share: faults.share(2), breaksConnection: faults.share(3) < 0.5 } : null,
  );
}

/** The address by which the client reached the simulator: links in answers have to work from where it is. */
function originOf({ headers, socket }: IncomingMessage): string {
  const host = headers.host ?? "";
  return /^[\w.:[\]-]+$/.test(host) ? `http://${host}` : `http://127.0.0.1:${socket.localPort}`;
}

/** A listener on every address is reached by the loopback one. */
function shownHost(host: string): string {
  if (host === "0.0.0.0" || host === "::") {
    return "127.0.0.1";
  }
  return host.includes(":") ? `[${host}]` : host;
}

function listen(server: Server, { host, port }: SimulatorSettings): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => reject(listenError(host, port, cause)));
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}

function listenError(host: string, port: number, cause: NodeJS.ErrnoException): VelibError {
  if (cause.code === "EADDRINUSE") {
    const message = `the simulator can't listen on ${host}:${port}: the port is in use; choose another one with --port, or --port 0 for any`;
    return new VelibError("VELIB_PORT_IN_USE", message, { cause });
  }
  const message = `the simulator can't listen on ${host}:${port}: ${cause.message}; check --host and --port`;
  return new VelibError("VELIB_CONFIG_INVALID", message, { cause });
}

function close(server: Server, stop: AbortController): Promise<void> {
  stop.abort();
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
