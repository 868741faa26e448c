import { Type } from "typebox";
import type { StationQuery } from "../../../core/ports/result-store.ts";
import type { ApiDeps, ApiServer } from "../deps.ts";
import { ApiError, shown } from "../errors.ts";
import { encodeCursor, limitParameter, parseBounds, parseCursor, sourceParameter } from "../query.ts";
import { resolveId, sourceNamed } from "../resolve-id.ts";
import { errorResponses } from "../schema/error.ts";
import { referenceTo } from "../schema/reference.ts";
import { nullableText } from "../schema/scalars.ts";
import { Station, stationView } from "../schema/station.ts";
import type { SourceEntry } from "../source-directory.ts";
import { listSources } from "../source-directory.ts";

const stationResponses = {
  200: { description: "The station as it is now", ...referenceTo(Station) },
};

export function stationRoutes(app: ApiServer, { results, sources, now }: ApiDeps): void {
  app.get(
    "/v1/stations",
    {
      schema: {
        summary: "Stations as they are now, by source and code",
        tags: ["stations"],
        querystring: Type.Object(
          {
            source: sourceParameter,
            bbox: Type.Optional(
              Type.String({ description: "west,south,east,north in degrees: only stations in this box" }),
            ),
            limit: limitParameter(2_000, 10_000),
            cursor: Type.Optional(Type.String({ description: "The next_cursor of the page before" })),
          },
          { additionalProperties: false },
        ),
        response: {
          200: Type.Object(
            {
              stations: Type.Array(referenceTo(Station)),
              next_cursor: nullableText({ description: "Where the next page starts; null after the last" }),
            },
            { description: "A page of stations", additionalProperties: false },
          ),
          ...errorResponses("invalid_parameter", "unknown_source"),
        },
      },
    },
    async ({ query }) => {
      const { source, bbox, limit, cursor } = query;
      const entries = await listSources(results, sources);
      const wanted: StationQuery = { limit: limit + 1 };
      if (source !== undefined) wanted.source = sourceNamed(entries, source).name;
      if (bbox !== undefined) wanted.bbox = parseBounds("bbox", bbox);
      if (cursor !== undefined) wanted.after = parseCursor("cursor", cursor);

      const found = await results.stations(wanted);

      const page = found.slice(0, limit);
      const last = page.at(-1);
      const at = now();
      const byName = new Map(entries.map((entry) => [entry.name, entry]));
      return {
        stations: page.map((state) => stationView(state, byName.get(state.source) ?? withoutState(state.source), at)),
        next_cursor: found.length > limit && last !== undefined ? encodeCursor(last) : null,
      };
    },
  );

  app.get(
    "/v1/stations/:id",
    {
      schema: {
        summary: "One station, by source:code or by a code that one source only has",
        tags: ["stations"],
        params: Type.Object({ id: Type.String() }),
        response: { ...stationResponses, ...errorResponses("unknown_station", "ambiguous_id") },
      },
    },
    async ({ params }) => {
      const entries = await listSources(results, sources);
      const { source, found } = await resolveId(params.id, "station", entries, (entry, code) =>
        results.station(entry.name, code),
      );
      return stationView(found, source, now());
    },
  );

  app.get(
    "/v1/stations/:source/:station",
    {
      schema: {
        summary: "One station of a source",
        tags: ["stations"],
        params: Type.Object({ source: Type.String(), station: Type.String() }),
        response: { ...stationResponses, ...errorResponses("unknown_station") },
      },
    },
    async ({ params }) => {
      const source = sourceNamed(await listSources(results, sources), params.source);
      const found = await results.station(source.name, params.station);
      if (found === null) {
        throw new ApiError("unknown_station", `source ${source.name} has no station ${shown(params.station)}`);
      }
      return stationView(found, source, now());
    },
  );
}

/** A station's source before the source's first state: nothing of it is known. */
export function withoutState(name: string): SourceEntry {
  return { name, description: null, state: null };
}
