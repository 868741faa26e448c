import { Type } from "typebox";
import { deadLetterReasons } from "../../../core/dead-letter/dead-letter.ts";
import type { ApiDeps, ApiServer } from "../deps.ts";
import { limitParameter } from "../query.ts";
import { errorResponses } from "../schema/error.ts";
import { isoTime, oneOf, time } from "../schema/scalars.ts";

const reason = oneOf(deadLetterReasons);

const Letter = Type.Object(
  {
    id: Type.String(),
    source: Type.String(),
    at: time({ description: "The poll's time" }),
    reason,
    detail: Type.String({ description: "What was expected and what came" }),
    excerpt: Type.String({ description: "The start of what came" }),
  },
  { additionalProperties: false },
);

const Count = Type.Object({ source: Type.String(), reason, count: Type.Integer() }, { additionalProperties: false });

export function deadLetterRoutes(app: ApiServer, { deadLetters }: ApiDeps): void {
  app.get(
    "/v1/dead-letters",
    {
      schema: {
        summary: "What could not be used, newest first, and how much of it there is by reason",
        tags: ["sources"],
        querystring: Type.Object(
          {
            source: Type.Optional(Type.String({ description: "Only this source" })),
            reason: Type.Optional(oneOf(deadLetterReasons, { description: "Only letters of this reason" })),
            limit: limitParameter(100, 1_000),
          },
          { additionalProperties: false },
        ),
        response: {
          200: Type.Object(
            {
              letters: Type.Array(Letter),
              counts: Type.Array(Count, { description: "Of all letters, `limit` apart" }),
            },
            { description: "Letters and counts", additionalProperties: false },
          ),
          ...errorResponses("invalid_parameter"),
        },
      },
    },
    async ({ query: { source, reason: wanted, limit } }) => {
      const letters = await deadLetters.list({
        limit,
        ...(source === undefined ? {} : { source }),
        ...(wanted === undefined ? {} : { reason: wanted }),
      });
      const counts = await deadLetters.counts();
      return {
        letters: letters.map(({ id, source: from, at, reason: why, detail, excerpt }) => {
          return { id, source: from, at: isoTime(at), reason: why, detail, excerpt };
        }),
        counts: counts
          .filter((count) => source === undefined || count.source === source)
          .filter((count) => wanted === undefined || count.reason === wanted)
          .map((count) => ({ source: count.source, reason: count.reason, count: count.count })),
      };
    },
  );
}
