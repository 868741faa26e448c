import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fastifySwagger from "@fastify/swagger";
import fastifySwaggerUi from "@fastify/swagger-ui";
import type { FastifySchema } from "fastify";
import { Type } from "typebox";
import { bearerScheme } from "./bearer-authentication.ts";
import type { ApiDeps, ApiServer } from "./deps.ts";
import { ErrorBody } from "./schema/error.ts";
import { Source } from "./schema/source.ts";
import { Station } from "./schema/station.ts";
import { StationWindow, ZoneWindow } from "./schema/window.ts";

/** The page's files, named here because the bundled program does not lie beside its packages. */
const pageFiles = fileURLToPath(new URL("../../node_modules/@fastify/swagger-ui/static", import.meta.url));

/** Publishes the routes that are added after it: OpenAPI at `/openapi.json`, a page over it at `/docs`. */
export function addDocs(app: ApiServer, { version, readers }: Pick<ApiDeps, "version" | "readers">): void {
  for (const schema of [Station, Source, StationWindow, ZoneWindow, ErrorBody]) app.addSchema(schema);
  app.register(fastifySwagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Velib API",
        version,
        description:
          "Bike-share stations as they are now, their time-weighted averages, and how fresh they are. Times are ISO 8601 UTC; counts that are not known are null, never 0.",
      },
      ...(readers === undefined
        ? {}
        : { components: { securitySchemes: { [bearerScheme]: { type: "http", scheme: "bearer" } } } }),
      tags: [
        { name: "stations", description: "Stations now, their windows, and the nearest that has what is needed" },
        { name: "zones", description: "Averages over the stations of a zone" },
        { name: "sources", description: "Where the data comes from, how fresh and how healthy it is" },
        { name: "live", description: "Changes as they come" },
        { name: "service", description: "For those who run it" },
      ],
    },
    transform: ({ schema, url }) => ({ schema: withDefaultsOptional(schema), url }),
    refResolver: { buildLocalReference: (schema, _base, _fragment, index) => String(schema.$id ?? `schema-${index}`) },
  });
  app.register(fastifySwaggerUi, {
    routePrefix: "/docs",
    baseDir: pageFiles,
    logo: { type: "image/svg+xml", content: readFileSync(join(pageFiles, "logo.svg")) },
    // The page must work without the internet: no validator badge, no fonts or styles from elsewhere.
    uiConfig: { validatorUrl: null, docExpansion: "list", tryItOutEnabled: true },
    staticCSP:
      "default-src 'self'; base-uri 'self'; frame-ancestors 'self'; img-src 'self' data:; object-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'",
  });
  app.get("/openapi.json", { schema: { hide: true } }, async (_request, reply) => {
    reply.header("cache-control", "public, max-age=300");
    return app.swagger();
  });
}

/** A parameter with a default need not be given, though its type says that the handler always has it. */
function withDefaultsOptional(schema: FastifySchema | undefined): FastifySchema {
  const query = schema?.querystring;
  if (!Type.IsSchema(query) || !Type.IsObject(query)) return schema ?? {};
  const always: readonly string[] = query.required ?? [];
  const required = always.filter((name) => !("default" in (query.properties[name] ?? {})));
  return { ...schema, querystring: { ...query, required } };
}
