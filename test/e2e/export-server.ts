import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import { gzipSync } from "node:zlib";
import { velibDataset } from "../../adapters/opendatasoft/dataset-url.ts";

export interface ExportServer {
  /** The portal's address. */
  url: string;
  /** The body of the export from now on. */
  serve(body: Buffer): void;
  /** Requests that were answered with an export. */
  readonly exports: number;
  close(): Promise<void>;
}

const path = `/api/explore/v2.1/catalog/datasets/${velibDataset.dataset}/exports/json`;

/**
 * Opendatasoft's Explore v2.1 export of Vélib's dataset on 127.0.0.1: JSON in gzip to clients that take it, no
 * validators, and the portal's error body for any other dataset
 * (https://help.opendatasoft.com/apis/ods-explore-v2/#tag/Dataset/operation/exportRecords).
 */
export async function startExportServer(): Promise<ExportServer> {
  let current: Buffer | null = null;
  let exports = 0;
  const server = createServer((request, response) => {
    if (new URL(request.url ?? "/", "http://localhost").pathname !== path || current === null) {
      response.writeHead(404, { "content-type": "application/json; charset=utf-8" });
      response.end(JSON.stringify({ error_code: "ODSNotFound", message: "The requested dataset does not exist." }));
      return;
    }
    exports++;
    send(request, response, current);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error(`no port: ${address}`);
  return {
    url: `http://127.0.0.1:${address.port}`,
    serve(body) {
      current = body;
    },
    get exports() {
      return exports;
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve, reject) => server.close((error) => (error ? reject(error) : resolve())));
    },
  };
}

function send(request: IncomingMessage, response: ServerResponse, body: Buffer): void {
  response.setHeader("content-type", "application/json; charset=utf-8");
  response.setHeader("content-disposition", `attachment; filename="${velibDataset.dataset}.json"`);
  if (!/\bgzip\b/.test(String(request.headers["accept-encoding"] ?? ""))) {
    response.end(body);
    return;
  }
  response.setHeader("content-encoding", "gzip");
  response.end(gzipSync(body));
}
