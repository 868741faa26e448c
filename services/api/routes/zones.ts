import { Type } from "typebox";
import type { ZoneWindow as CoreZoneWindow } from "../../../core/windows/zone-window.ts";
import type { ApiDeps, ApiServer } from "../deps.ts";
import { hasZone, latestZoneWindows } from "../latest-zone-windows.ts";
import { limitParameter, sourceParameter, timeParameter } from "../query.ts";
import { resolveId, sourceNamed } from "../resolve-id.ts";
import { errorResponses } from "../schema/error.ts";
import { referenceTo } from "../schema/reference.ts";
import { isoTime, nullableTime } from "../schema/scalars.ts";
import { ZoneWindow, zoneWindowView } from "../schema/window.ts";
import { listSources } from "../source-directory.ts";
import { firstOf } from "../window-page.ts";
import { windowRange } from "../window-range.ts";

const params = Type.Object({ id: Type.String({ description: "source:zone, or a zone that one source only has" }) });

export function zoneRoutes(app: ApiServer, { results, sources }: ApiDeps): void {
  app.get(
    "/v1/zones",
    {
      schema: {
        summary: "The newest final window of each zone",
        tags: ["zones"],
        querystring: Type.Object({ source: sourceParameter }, { additionalProperties: false }),
        response: {
          200: Type.Object(
            { zones: Type.Array(referenceTo(ZoneWindow)) },
            {
              description: "By source and zone; a zone without known time in the last hour is not there",
              additionalProperties: false,
            },
          ),
          ...errorResponses("invalid_parameter", "unknown_source"),
        },
      },
    },
    async ({ query }) => {
      const entries = await listSources(results, sources);
      const wanted = query.source === undefined ? entries : [sourceNamed(entries, query.source)];
      const latest: CoreZoneWindow[] = [];
      for (const source of wanted) latest.push(...(await latestZoneWindows(results, source)));
      return { zones: latest.map(zoneWindowView) };
    },
  );

  app.get(
    "/v1/zones/:id",
    {
      schema: {
        summary: "The newest final window of a zone",
        tags: ["zones"],
        params,
        response: {
          200: { description: "The zone's newest window", ...referenceTo(ZoneWindow) },
          ...errorResponses("unknown_zone", "ambiguous_id"),
        },
      },
    },
    async ({ params: { id } }) => {
      const entries = await listSources(results, sources);
      const { found } = await resolveId(id, "zone", entries, async (entry, zone) => {
        const [latest] = await latestZoneWindows(results, entry, zone);
        return latest ?? null;
      });
      return zoneWindowView(found);
    },
  );

  app.get(
    "/v1/zones/:id/windows",
    {
      schema: {
        summary: "A zone's windows",
        tags: ["zones"],
        params,
        querystring: Type.Object(
          {
            from: timeParameter("Windows that start at or after this; default: six hours before `to`"),
            to: timeParameter("Windows that start before this; default: the end of the newest final window"),
            limit: limitParameter(1_000, 10_000),
          },
          { additionalProperties: false },
        ),
        response: {
          200: Type.Object(
            {
              source: Type.String(),
              zone: Type.String(),
              from: nullableTime({ description: "The range that was looked at; null without a final window" }),
              to: nullableTime(),
              windows: Type.Array(referenceTo(ZoneWindow)),
              next_from: nullableTime({ description: "Where the next page starts; null when this is all" }),
            },
            { description: "Final windows by start", additionalProperties: false },
          ),
          ...errorResponses("invalid_parameter", "unknown_zone", "ambiguous_id"),
        },
      },
    },
    async ({ params: { id }, query }) => {
      const entries = await listSources(results, sources);
      const { source, found: zone } = await resolveId(id, "zone", entries, async (entry, code) =>
        (await hasZone(results, entry, code)) ? code : null,
      );
      const finalUntil = source.state?.finalUntil ?? null;
      const range = windowRange(query, finalUntil);
      if (range === null || finalUntil === null) {
        return { source: source.name, zone, from: null, to: null, windows: [], next_from: null };
      }
      // Partitions write their parts of a zone window one after the other: only a final one is whole.
      const to = Math.min(range.to, finalUntil);
      const windows = results.zoneWindows({ source: source.name, id: zone, from: range.from, to });
      const { page, next } = await firstOf(windows, query.limit);
      return {
        source: source.name,
        zone,
        from: isoTime(range.from),
        to: isoTime(to),
        windows: page.map(zoneWindowView),
        next_from: isoTime(next?.start ?? null),
      };
    },
  );
}
