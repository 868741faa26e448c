import { Type } from "typebox";
import type { ApiDeps, ApiServer } from "../deps.ts";
import { referenceTo } from "../schema/reference.ts";
import { isoTime, time } from "../schema/scalars.ts";
import { Source, sourceView } from "../schema/source.ts";
import { listSources } from "../source-directory.ts";

export function sourceRoutes(app: ApiServer, { results, sources, now }: ApiDeps): void {
  app.get(
    "/v1/sources",
    {
      schema: {
        summary: "Sources with their freshness, health and attribution",
        tags: ["sources"],
        querystring: Type.Object({}, { additionalProperties: false }),
        response: {
          200: Type.Object(
            { at: time({ description: "When the ages were taken" }), sources: Type.Array(referenceTo(Source)) },
            { description: "The configured sources first", additionalProperties: false },
          ),
        },
      },
    },
    async () => {
      const at = now();
      const entries = await listSources(results, sources);
      return { at: isoTime(at), sources: entries.map((entry) => sourceView(entry, at)) };
    },
  );
}
