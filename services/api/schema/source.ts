import type { Static } from "typebox";
import { Type } from "typebox";
import type { FeedHealth } from "../../../core/feed-health/feed-health.ts";
import { sourceKinds } from "../source-description.ts";
import type { SourceEntry } from "../source-directory.ts";
import { freshnessOf } from "../source-directory.ts";
import { isoTime, nullableInteger, nullableNumber, nullableText, nullableTime } from "./scalars.ts";

const closed = { additionalProperties: false };

/** Why a source is stale; null when it is not. */
export function staleCause() {
  return Type.Unsafe<"never_polled" | "polls_stopped" | "data_frozen" | null>({
    enum: ["never_polled", "polls_stopped", "data_frozen", null],
    description:
      "polls_stopped: the newest poll no longer holds; data_frozen: polled, but nothing moved for 15 minutes and at least the hold",
  });
}

const SourceFreshness = Type.Object(
  {
    data_age_seconds: nullableNumber({ description: "Since its data last moved" }),
    poll_age_seconds: nullableNumber({ description: "Since its last poll that counted" }),
    stale: Type.Boolean(),
    cause: staleCause(),
  },
  closed,
);

const SourceHealth = Type.Object(
  {
    polls: Type.Integer({ description: "Polls that counted" }),
    frozen_polls: Type.Integer({ description: "Newest polls in a row in which nothing changed" }),
    longest_frozen_run: Type.Integer({ description: "Polls" }),
    clock_backwards: Type.Integer({ description: "Polls whose feed clock was behind the previous one's" }),
    over_capacity: Type.Integer({ description: "Stations of the newest poll with more bikes than capacity" }),
    null_columns: Type.Array(Type.String(), {
      description: "Columns null in every row of the newest poll that had values before",
    }),
    null_column_polls: Type.Integer({ description: "Polls with such a column" }),
    not_in_information: Type.Integer({ description: "Stations of the status that the information does not list" }),
    not_in_status: Type.Integer({ description: "Stations of the information that the status does not have" }),
  },
  closed,
);

const SourceAttribution = Type.Object({ text: Type.String(), licence: Type.String(), url: nullableText() }, closed);

export const Source = Type.Object(
  {
    name: Type.String(),
    kind: Type.Unsafe<(typeof sourceKinds)[number] | null>({
      enum: [...sourceKinds, null],
      description: "Null: results are stored, but the source is not configured any more",
    }),
    description: nullableText({ description: "Where its data comes from" }),
    simulated: Type.Unsafe<boolean | null>({ type: ["boolean", "null"], description: "True: the data is made up" }),
    attribution: Type.Union([SourceAttribution, Type.Null()]),
    interval_seconds: nullableNumber({ description: "Configured time between polls" }),
    hold_seconds: nullableNumber({ description: "How long an observation holds without another" }),
    last_poll_at: nullableTime({ description: "Newest poll that counted" }),
    last_moved_at: nullableTime({ description: "Newest poll at which any station had changed" }),
    feed_time: nullableTime({ description: "The feed's own clock" }),
    freshness: SourceFreshness,
    stations: nullableInteger({ description: "Validly observed at the newest poll" }),
    final_until: nullableTime({ description: "End of the newest final window" }),
    ended: Type.Boolean({ description: "True when it is a recording that has been read to its end" }),
    health: Type.Union([SourceHealth, Type.Null()]),
  },
  { $id: "Source", ...closed },
);
export type Source = Static<typeof Source>;

/** A source as the API shows it at `now` (ms). */
export function sourceView(entry: SourceEntry, now: number): Source {
  const { description, state } = entry;
  const { dataAgeMs, pollAgeMs, stale, cause } = freshnessOf(entry, now);
  return {
    name: entry.name,
    kind: description?.kind ?? null,
    description: description?.description ?? null,
    simulated: description?.simulated ?? null,
    attribution: description === null ? null : { ...description.attribution },
    interval_seconds: seconds(description?.intervalMs ?? null),
    hold_seconds: seconds(state?.holdMs ?? null),
    last_poll_at: isoTime(state?.lastPollAt ?? null),
    last_moved_at: isoTime(state?.movedAt ?? null),
    feed_time: isoTime(state?.feedTime ?? null),
    freshness: { data_age_seconds: seconds(dataAgeMs), poll_age_seconds: seconds(pollAgeMs), stale, cause },
    stations: state?.observed ?? null,
    final_until: isoTime(state?.finalUntil ?? null),
    ended: state?.ended ?? false,
    health: state === null ? null : healthView(state.health),
  };
}

function seconds(ms: number | null): number | null {
  return ms === null ? null : ms / 1000;
}

function healthView(health: FeedHealth): Static<typeof SourceHealth> {
  return {
    polls: health.polls,
    frozen_polls: health.frozenPolls,
    longest_frozen_run: health.longestFrozenRun,
    clock_backwards: health.clockBackwards,
    over_capacity: health.overCapacity,
    null_columns: health.nullColumns,
    null_column_polls: health.nullColumnPolls,
    not_in_information: health.notInInformation,
    not_in_status: health.notInStatus,
  };
}
