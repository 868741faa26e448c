import { Type } from "typebox";
import { boundsAround } from "../../../core/geo/bounds.ts";
import type { Point } from "../../../core/geo/distance.ts";
import { byDistance } from "../../../core/geo/nearest.ts";
import type { ApiDeps, ApiServer } from "../deps.ts";
import { available, chooseNearby, needs, passedOverReasons } from "../nearby-stations.ts";
import { limitParameter, sourceParameter } from "../query.ts";
import { sourceNamed } from "../resolve-id.ts";
import { errorResponses } from "../schema/error.ts";
import { oneOf } from "../schema/scalars.ts";
import type { Station } from "../schema/station.ts";
import { stationFields, stationView } from "../schema/station.ts";
import type { SourceEntry } from "../source-directory.ts";
import { listSources } from "../source-directory.ts";
import { withoutState } from "./stations.ts";

const distance = { distance_m: Type.Number({ description: "Great-circle distance, metres" }) };

const NearbyStation = Type.Object(
  { ...stationFields, ...distance, available: Type.Integer({ description: "How many of what is needed" }) },
  { additionalProperties: false },
);

const PassedOver = Type.Object(
  { ...stationFields, ...distance, reason: oneOf(passedOverReasons) },
  { additionalProperties: false },
);

export function nearbyRoutes(app: ApiServer, { results, sources, now }: ApiDeps): void {
  async function stationsAround(
    origin: Point,
    radiusM: number,
    entries: readonly SourceEntry[],
    source: string | undefined,
  ): Promise<(Station & Point)[]> {
    const byName = new Map(entries.map((entry) => [entry.name, entry]));
    const at = now();
    const placed: (Station & Point)[] = [];
    for (const bbox of boundsAround(origin, radiusM)) {
      for (const state of await results.stations(source === undefined ? { bbox } : { bbox, source })) {
        const { lat, lon } = state;
        if (lat === null || lon === null) continue;
        const view = stationView(state, byName.get(state.source) ?? withoutState(state.source), at);
        placed.push({ ...view, lat, lon });
      }
    }
    return placed;
  }

  app.get(
    "/v1/nearby",
    {
      schema: {
        summary: "The nearest stations that really have a bike, an e-bike, a mechanical bike or a free dock",
        tags: ["stations"],
        querystring: Type.Object(
          {
            lat: Type.Number({ minimum: -90, maximum: 90 }),
            lon: Type.Number({ minimum: -180, maximum: 180 }),
            need: oneOf(needs, { default: "bike" }),
            limit: limitParameter(5, 100),
            radius: Type.Number({ minimum: 1, maximum: 50_000, default: 2_000, description: "Metres" }),
            source: sourceParameter,
          },
          { additionalProperties: false },
        ),
        response: {
          200: Type.Object(
            {
              need: oneOf(needs),
              radius_m: Type.Number(),
              stations: Type.Array(NearbyStation),
              passed_over: Type.Union([PassedOver, Type.Null()], {
                description:
                  "The nearest open station when it has none of what is needed; `stations` are its alternatives",
              }),
            },
            { description: "Nearest first; closed and unknown stations never", additionalProperties: false },
          ),
          ...errorResponses("invalid_parameter", "unknown_source"),
        },
      },
    },
    async ({ query: { lat, lon, need, limit, radius, source } }) => {
      const entries = await listSources(results, sources);
      const wanted = source === undefined ? undefined : sourceNamed(entries, source).name;
      const origin = { lat, lon };
      const ranked = byDistance(origin, await stationsAround(origin, radius, entries, wanted), radius);
      const { chosen, passedOver } = chooseNearby(ranked, need, limit);
      return {
        need,
        radius_m: radius,
        stations: chosen.map(({ item, distanceM }) => ({
          ...item,
          distance_m: decimetres(distanceM),
          available: available(item, need) ?? 0,
        })),
        passed_over:
          passedOver === null
            ? null
            : { ...passedOver.item, distance_m: decimetres(passedOver.distanceM), reason: passedOver.reason },
      };
    },
  );
}

/** Positions are not known better than that. */
function decimetres(metres: number): number {
  return Math.round(metres * 10) / 10;
}
