import { type Static, Type } from "typebox";

const closed = { additionalProperties: false };

const Time = (description: string) => Type.String({ description });

const File = Type.Object(
  {
    path: Type.String({ description: "Below the output folder" }),
    rows: Type.Integer(),
    bytes: Type.Integer(),
    sha256: Type.String(),
  },
  closed,
);
export type BatchFile = Static<typeof File>;

const Report = Type.Object(
  {
    name: Type.String(),
    outcome: Type.Union([Type.Literal("Written"), Type.Literal("Failed")]),
    message: Type.Union([Type.String(), Type.Null()], { description: "Why it failed" }),
    file: Type.Union([File, Type.Null()]),
  },
  closed,
);
export type BatchReport = Static<typeof Report>;

/** What became of one local day of one source; also beside the day's files, as `results/day=…/<source>.json`. */
export const DayResult = Type.Object(
  {
    source: Type.String(),
    day: Type.String({ description: "Local date, 2024-11-08" }),
    time_zone: Type.String(),
    from: Time("The day is [from, to)"),
    to: Time("23 or 25 hours later when the clocks change"),
    outcome: Type.Union([Type.Literal("Written"), Type.Literal("Empty")], {
      description: "Empty: no observation in the history; what was written of the day before stays",
    }),
    complete: Type.Boolean({ description: "Whether the history has a poll after the day: until then it may grow" }),
    polls: Type.Integer(),
    observations: Type.Integer(),
    stations: Type.Integer(),
    parquet: Type.Union([File, Type.Null()]),
    csv: Type.Union([File, Type.Null()]),
    reports: Type.Array(Report),
    seconds: Type.Object(
      { read: Type.Number(), write: Type.Number(), reports: Type.Number() },
      { ...closed, description: "Time spent" },
    ),
  },
  closed,
);
export type DayResult = Static<typeof DayResult>;

/** What `velib batch` prints. */
export const BatchResult = Type.Object(
  {
    kind: Type.Literal("BatchResult"),
    engine: Type.Literal("DuckDB"),
    out: Type.String(),
    partitions: Type.Integer(),
    days: Type.Array(DayResult),
    duration_seconds: Type.Number(),
  },
  closed,
);
export type BatchResult = Static<typeof BatchResult>;
