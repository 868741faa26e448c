import type { IncomingMessage, ServerResponse } from "node:http";
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from "fastify";
import type { Backlog } from "../backbone/backlog.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { ReadDeadLetters, ReadResults } from "./awaited-stores.ts";
import type { LiveOptions } from "./live/live-feed.ts";
import type { ReaderTokens } from "./reader-tokens.ts";
import type { SourceDescription } from "./source-description.ts";

export interface ApiDeps {
  results: ReadResults;
  deadLetters: ReadDeadLetters;
  sources: readonly SourceDescription[];
  /** Asks what the consumers of the log have still to do; absent where there are none beside this process. */
  backlog?: () => Promise<Backlog>;
  /** The wall clock, ms. */
  now: () => number;
  metrics: Metrics;
  /** Whether this process can do its work; the cause, when it can't, is shown at `/readyz`. */
  ready: () => { ready: boolean; cause?: string };
  /** Who may read `/v1`; everybody without it. */
  readers?: Pick<ReaderTokens, "readerOf">;
  /** Folder of the built console, served at `/`; without it `/` leads to the API's own page. */
  consoleDir?: string;
  version: string;
  live?: Partial<LiveOptions>;
  /** Takes internal errors; requests are not logged. */
  logger?: FastifyBaseLogger;
}

export type ApiServer = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;
