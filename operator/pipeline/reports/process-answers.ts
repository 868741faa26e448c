import Type, { type Static } from "typebox";
import Value from "typebox/value";

/** What is read of `GET /v1/sources` of a pipeline's API. */
const SourcesAnswer = Type.Object({
  sources: Type.Array(
    Type.Object({
      name: Type.String(),
      stations: Type.Union([Type.Integer(), Type.Null()]),
      last_poll_at: Type.Union([Type.String(), Type.Null()]),
      ended: Type.Boolean(),
      freshness: Type.Object({ stale: Type.Boolean(), cause: Type.Union([Type.String(), Type.Null()]) }),
    }),
  ),
});
export type SourceAnswer = Static<typeof SourcesAnswer>["sources"][number];

/** What is read of `GET /v1/dead-letters`. */
const DeadLettersAnswer = Type.Object({
  counts: Type.Array(Type.Object({ reason: Type.String(), count: Type.Integer() })),
});

/** What is read of `GET /backlog` of an aggregator or archiver. */
const BacklogAnswer = Type.Object({
  groups: Type.Array(
    Type.Object({
      topic: Type.String(),
      lag: Type.Integer(),
      partitions: Type.Array(
        Type.Object({
          partition: Type.Integer(),
          end: Type.Integer(),
          lag: Type.Integer(),
        }),
      ),
    }),
  ),
});
export type GroupAnswer = Static<typeof BacklogAnswer>["groups"][number];

/** What is read of `GET /readyz` of a process that is not ready: its probes' answer, or the API's. */
const UnreadyAnswer = Type.Union([
  Type.Object({ cause: Type.String() }),
  Type.Object({ error: Type.Object({ message: Type.String() }) }),
]);

/** GET of a URL as parsed JSON; rejects when it does not answer in time with one of the statuses, 200 unless given. */
export type GetJson = (
  url: string,
  headers: Record<string, string>,
  signal: AbortSignal,
  statuses?: readonly number[],
) => Promise<unknown>;

/** @throws Error when the answer is not in the form of this version */
export function parseSources(answer: unknown): SourceAnswer[] {
  if (Value.Check(SourcesAnswer, answer)) return answer.sources;
  throw new Error("/v1/sources: not in the expected form");
}

/** Counts by reason over all sources. @throws Error as `parseSources` */
export function parseDeadLetters(answer: unknown): Map<string, number> {
  if (!Value.Check(DeadLettersAnswer, answer)) throw new Error("/v1/dead-letters: not in the expected form");
  const counts = new Map<string, number>();
  for (const { reason, count } of answer.counts) counts.set(reason, (counts.get(reason) ?? 0) + count);
  return counts;
}

/** Why a process is not ready. @throws Error as `parseSources` */
export function parseUnreadiness(answer: unknown): string {
  if (!Value.Check(UnreadyAnswer, answer)) throw new Error("/readyz: not in the expected form");
  return "cause" in answer ? answer.cause : answer.error.message;
}

/** @throws Error as `parseSources` */
export function parseBacklog(answer: unknown): GroupAnswer[] {
  if (Value.Check(BacklogAnswer, answer)) return answer.groups;
  throw new Error("/backlog: not in the expected form");
}
