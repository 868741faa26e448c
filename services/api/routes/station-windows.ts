import { Type } from "typebox";
import type { ApiDeps, ApiServer } from "../deps.ts";
import { ApiError, shown } from "../errors.ts";
import { limitParameter, timeParameter } from "../query.ts";
import { resolveId, sourceNamed } from "../resolve-id.ts";
import { errorResponses } from "../schema/error.ts";
import { referenceTo } from "../schema/reference.ts";
import { isoTime, nullableTime } from "../schema/scalars.ts";
import { StationWindow, stationWindowView } from "../schema/window.ts";
import type { SourceEntry } from "../source-directory.ts";
import { listSources } from "../source-directory.ts";
import { firstOf } from "../window-page.ts";
import { windowRange } from "../window-range.ts";

const querystring = Type.Object(
  {
    from: timeParameter("Windows that start at or after this; default: six hours before `to`"),
    to: timeParameter("Windows that start before this; default: the end of the newest final window"),
    limit: limitParameter(1_000, 10_000),
  },
  { additionalProperties: false },
);

const body = Type.Object(
  {
    source: Type.String(),
    station: Type.String(),
    from: nullableTime({ description: "The range that was looked at; null without a final window" }),
    to: nullableTime(),
    windows: Type.Array(referenceTo(StationWindow)),
    next_from: nullableTime({ description: "Where the next page starts; null when this is all" }),
  },
  {
    description: "Final windows by start; one without known time is not there",
    additionalProperties: false,
  },
);

export function stationWindowRoutes(app: ApiServer, { results, sources }: ApiDeps): void {
  async function answer(source: SourceEntry, station: string, query: { from?: string; to?: string; limit: number }) {
    const range = windowRange(query, source.state?.finalUntil ?? null);
    if (range === null) return { source: source.name, station, from: null, to: null, windows: [], next_from: null };
    const windows = results.stationWindows({ source: source.name, id: station, ...range });
    const { page, next } = await firstOf(windows, query.limit);
    return {
      source: source.name,
      station,
      from: isoTime(range.from),
      to: isoTime(range.to),
      windows: page.map(stationWindowView),
      next_from: isoTime(next?.start ?? null),
    };
  }

  app.get(
    "/v1/stations/:id/windows",
    {
      schema: {
        summary: "A station's windows, by source:code or by a code that one source only has",
        tags: ["stations"],
        params: Type.Object({ id: Type.String() }),
        querystring,
        response: { 200: body, ...errorResponses("invalid_parameter", "unknown_station", "ambiguous_id") },
      },
    },
    async ({ params, query }) => {
      const entries = await listSources(results, sources);
      const { source, found } = await resolveId(params.id, "station", entries, (entry, code) =>
        results.station(entry.name, code),
      );
      return answer(source, found.station, query);
    },
  );

  app.get(
    "/v1/stations/:source/:station/windows",
    {
      schema: {
        summary: "The windows of a source's station",
        tags: ["stations"],
        params: Type.Object({ source: Type.String(), station: Type.String() }),
        querystring,
        response: { 200: body, ...errorResponses("invalid_parameter", "unknown_station") },
      },
    },
    async ({ params, query }) => {
      const source = sourceNamed(await listSources(results, sources), params.source);
      const found = await results.station(source.name, params.station);
      if (found === null) {
        throw new ApiError("unknown_station", `source ${source.name} has no station ${shown(params.station)}`);
      }
      return answer(source, found.station, query);
    },
  );
}
