import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import Fastify, { LogController } from "fastify";
import { requireToken } from "./bearer-authentication.ts";
import { addConsole } from "./console-files.ts";
import type { ApiDeps, ApiServer } from "./deps.ts";
import { addDocs } from "./docs-page.ts";
import { addEntityTags } from "./entity-tag.ts";
import { addErrorAnswers, addOutageAnswers, answerUnroutable } from "./error-answers.ts";
import { addHeaders } from "./http-headers.ts";
import { countRequests } from "./http-metrics.ts";
import { LiveFeed } from "./live/live-feed.ts";
import { deadLetterRoutes } from "./routes/dead-letters.ts";
import { liveRoutes } from "./routes/live.ts";
import { nearbyRoutes } from "./routes/nearby.ts";
import { pipelineRoutes } from "./routes/pipeline.ts";
import { probeRoutes } from "./routes/probes.ts";
import { sourceRoutes } from "./routes/sources.ts";
import { stationWindowRoutes } from "./routes/station-windows.ts";
import { stationRoutes } from "./routes/stations.ts";
import { zoneRoutes } from "./routes/zones.ts";
import { freshnessOf, listSources } from "./source-directory.ts";

declare module "fastify" {
  interface FastifyInstance {
    /** Tell it (`notify`) when results moved, and followers hear of it at once. */
    liveFeed: LiveFeed;
  }
}

/**
 * The HTTP service over results and dead letters; not listening yet. Closing it ends the live streams and leaves
 * the stores open: they belong to the caller.
 * @throws VelibError VELIB_CONSOLE_NOT_BUILT
 */
export function createApi(deps: ApiDeps): ApiServer {
  const app: ApiServer = Fastify({
    ...(deps.logger === undefined ? { logger: false } : { loggerInstance: deps.logger }),
    logController: new LogController({ disableRequestLogging: true }),
    routerOptions: { ignoreTrailingSlash: true },
    frameworkErrors: (error, _request, reply) => answerUnroutable(error, reply),
    // `verbose`: an error then carries the schema and the value, to say what was expected and what came.
    ajv: { customOptions: { coerceTypes: true, removeAdditional: false, verbose: true } },
  }).withTypeProvider<TypeBoxTypeProvider>();
  // Answers are built field by field from the schemas' types: compiled serializers would only cost memory.
  app.setSerializerCompiler(() => JSON.stringify);

  const feed = new LiveFeed(
    {
      results: deps.results,
      sources: deps.sources,
      now: deps.now,
      onClients: (count) => deps.metrics.liveClients.set(count),
      onError: (error) => app.log.error({ err: error }, "live feed could not read the results"),
    },
    deps.live,
  );
  app.decorate("liveFeed", feed);
  app.addHook("preClose", async () => feed.close());
  deps.metrics.readFeedsFrom(async () => {
    // A scrape that waited for the results in vain would lose all other metrics with them.
    if (!deps.ready().ready) return [];
    const entries = await listSources(deps.results, deps.sources);
    return entries.map((entry) => {
      const { dataAgeMs, pollAgeMs } = freshnessOf(entry, deps.now());
      return { source: entry.name, dataAgeMs, pollAgeMs, stations: entry.state?.observed ?? null };
    });
  });

  addErrorAnswers(app);
  addHeaders(app);
  addEntityTags(app);
  countRequests(app, deps.metrics);
  addDocs(app, deps);
  // Within a plug-in, so that the OpenAPI plug-in registered before is there to see the routes.
  app.register(async (scope) => {
    const routes = scope.withTypeProvider<TypeBoxTypeProvider>();
    addOutageAnswers(routes);
    if (deps.readers !== undefined) requireToken(routes, deps.readers);
    sourceRoutes(routes, deps);
    stationRoutes(routes, deps);
    stationWindowRoutes(routes, deps);
    zoneRoutes(routes, deps);
    nearbyRoutes(routes, deps);
    deadLetterRoutes(routes, deps);
    liveRoutes(routes, deps, feed);
    pipelineRoutes(routes, deps);
  });
  app.register(async (scope) => probeRoutes(scope.withTypeProvider<TypeBoxTypeProvider>(), deps));
  if (deps.consoleDir === undefined) {
    app.get("/", { schema: { hide: true } }, async (_request, reply) => reply.redirect("/docs"));
  } else {
    addConsole(app, deps.consoleDir);
  }
  return app;
}
