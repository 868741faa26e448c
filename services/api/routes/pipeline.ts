import { type Static, Type } from "typebox";
import { type DeadLetterReason, deadLetterReasons } from "../../../core/dead-letter/dead-letter.ts";
import { VelibError } from "../../../core/errors.ts";
import type { DeadLetters } from "../../../core/ports/dead-letters.ts";
import type { Backlog } from "../../backbone/backlog.ts";
import type { ApiDeps, ApiServer } from "../deps.ts";
import { ApiError } from "../errors.ts";
import { remembered } from "../remembered.ts";
import { isoTime, nullableInteger, nullableText, nullableTime, oneOf, time } from "../schema/scalars.ts";
import { staleCause } from "../schema/source.ts";
import { freshnessOf, listSources } from "../source-directory.ts";

/** Counting reads all letters: nobody who watches a pipeline makes it do so more often, ms. */
const countsHoldMs = 60_000;
const backlogHoldsMs = 2_000;

const closed = { additionalProperties: false };

const SourceSummary = Type.Object(
  {
    name: Type.String(),
    stations: nullableInteger({ description: "Validly observed at the newest poll" }),
    last_observation_at: nullableTime({ description: "Newest poll that counted" }),
    stale: Type.Boolean(),
    cause: staleCause(),
  },
  closed,
);

const Pipeline = Type.Object(
  {
    at: time({ description: "When it was asked" }),
    sources: Type.Array(SourceSummary),
    stations: Type.Integer({ description: "Of all sources, each at its newest poll" }),
    last_observation_at: nullableTime({ description: "Newest poll of any source" }),
    dead_letters: Type.Union(
      [Type.Array(Type.Object({ reason: oneOf(deadLetterReasons), count: Type.Integer() }, closed)), Type.Null()],
      { description: "What could not be used, of what is kept; up to a minute old. Null: see `problem`" },
    ),
    groups: Type.Union(
      [
        Type.Array(
          Type.Object(
            {
              group: Type.String({ description: "The consumer group's name on the cluster" }),
              topic: Type.String(),
              lag: Type.Integer({ description: "Records that it has not handled yet, over all partitions" }),
            },
            closed,
          ),
        ),
        Type.Null(),
      ],
      { description: "Who works off the log. Null: nobody apart from this process, or see `problem`" },
    ),
    problem: nullableText({ description: "Why something is not known just now; null when all is" }),
  },
  { description: "The pipeline in short", ...closed },
);

/** What a supervisor of the pipeline has to know, in one answer that costs little. */
export function pipelineRoutes(app: ApiServer, deps: ApiDeps): void {
  const { results, sources, deadLetters, now } = deps;
  const counts = remembered(() => countsByReason(deadLetters), countsHoldMs, now);
  const backlog = deps.backlog === undefined ? null : remembered(deps.backlog, backlogHoldsMs, now);
  app.get(
    "/v1/pipeline",
    {
      schema: {
        summary: "The pipeline in short: its sources' freshness, dead letters by reason, and what is still to do",
        tags: ["service"],
        querystring: Type.Object({}, closed),
        response: { 200: Pipeline },
      },
    },
    async (): Promise<Static<typeof Pipeline>> => {
      const at = now();
      const problems: string[] = [];
      const [entries, letters, left] = await Promise.all([
        listSources(results, sources),
        orNull(counts(), problems),
        backlog === null ? null : orNull(backlog(), problems),
      ]);
      const known = entries.map((entry) => entry.state).filter((state) => state !== null);
      const newest = known.reduce((latest, { lastPollAt }) => Math.max(latest, lastPollAt), Number.NEGATIVE_INFINITY);
      return {
        at: isoTime(at),
        sources: entries.map((entry) => {
          const { stale, cause } = freshnessOf(entry, at);
          const { observed: stations = null, lastPollAt = null } = entry.state ?? {};
          return { name: entry.name, stations, last_observation_at: isoTime(lastPollAt), stale, cause };
        }),
        stations: known.reduce((sum, { observed }) => sum + observed, 0),
        last_observation_at: Number.isFinite(newest) ? isoTime(newest) : null,
        dead_letters: letters,
        groups: left === null ? null : groupsOf(left),
        problem: problems.length === 0 ? null : problems.join("; "),
      };
    },
  );
}

async function countsByReason(
  deadLetters: Pick<DeadLetters, "counts">,
): Promise<{ reason: DeadLetterReason; count: number }[]> {
  const sums = new Map<DeadLetterReason, number>();
  for (const { reason, count } of await deadLetters.counts()) sums.set(reason, (sums.get(reason) ?? 0) + count);
  return [...sums].map(([reason, count]) => ({ reason, count })).sort((a, b) => (a.reason < b.reason ? -1 : 1));
}

function groupsOf({ groups }: Backlog): { group: string; topic: string; lag: number }[] {
  return groups.map(({ group, topic, lag }) => ({ group, topic, lag }));
}

/** The answer; null, with the reason among the problems, while a server that knows it can't be asked. */
async function orNull<T>(asked: Promise<T>, problems: string[]): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (!(error instanceof VelibError || (error instanceof ApiError && error.code === "not_ready"))) throw error;
    if (!problems.includes(error.message)) problems.push(error.message);
    return null;
  }
}
