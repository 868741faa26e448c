import { type Static, Type } from "typebox";
import { largestCity } from "../../core/simulation/city-zones.ts";
import { durationPattern, positiveDurationPattern } from "../../core/time/duration.ts";
import { SourceAuthentication } from "./source-authentication.ts";

/** `expected` says in messages and in the reference what a value looks like. */
const Duration = (description: string, fallback?: string, pattern = positiveDurationPattern) =>
  Type.String({
    pattern,
    description,
    expected:
      pattern === durationPattern ? "a duration such as 0s, 30s or 5m" : "a duration such as 90s, 3m, 10h or 30d",
    ...(fallback === undefined ? {} : { default: fallback }),
  });

const closed = { additionalProperties: false };

/** One network that is polled or replayed. Exactly one of its kinds is set. */
export const SourceConfig = Type.Object(
  {
    name: Type.String({
      pattern: "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$",
      maxLength: 63,
      description: "The source's name",
      expected: "up to 63 lower-case letters, digits and dashes",
    }),
    url: Type.Optional(
      Type.Object(
        {
          address: Type.String({
            description: "A gbfs.json or an Opendatasoft dataset; recognised by its body",
            expected: "an address",
          }),
          authentication: Type.Optional(SourceAuthentication),
        },
        { ...closed, description: "A live feed" },
      ),
    ),
    recording: Type.Optional(
      Type.Object(
        {
          path: Type.String({ description: "A CSV (or its folder), or a folder of bodies", expected: "a path" }),
          pace: Type.String({
            pattern: "^(max|(?=[0-9.]*[1-9])[0-9]+(\\.[0-9]+)?x)$",
            default: "1x",
            description: "As recorded (1x), faster by a factor (60x), or as fast as possible (max)",
            expected: "max or a factor such as 60x",
          }),
        },
        { ...closed, description: "A recording" },
      ),
    ),
    simulator: Type.Optional(
      Type.Object(
        {
          stations: Type.Integer({
            minimum: 1,
            maximum: largestCity,
            default: 1500,
            description: "Stations of the city",
            expected: `a whole number from 1 to ${largestCity}`,
          }),
          seed: Type.Integer({
            minimum: 0,
            default: 1,
            description: "The same seed makes the same city",
            expected: "a whole number of at least 0",
          }),
        },
        { ...closed, description: "A made-up city" },
      ),
    ),
    interval: Type.Optional(Duration("Time between polls, 60s unless set; a recording has its own")),
    hold: Type.Optional(Duration("How long an observation holds without another; max(10m, 2 × interval) unless set")),
  },
  closed,
);
export type SourceConfig = Static<typeof SourceConfig>;

/** Which zone a station counts into. At most one member is set. */
export const ZonesConfig = Type.Object(
  {
    by: Type.Optional(
      Type.Union([Type.Literal("arrondissement"), Type.Literal("commune")], {
        description: "By the network's own areas",
        expected: "arrondissement or commune",
      }),
    ),
    h3: Type.Optional(
      Type.Object(
        {
          resolution: Type.Integer({
            minimum: 0,
            maximum: 15,
            description: "0 (largest cells) to 15",
            expected: "a whole number from 0 to 15",
          }),
        },
        { ...closed, description: "By H3 cells" },
      ),
    ),
    geojson: Type.Optional(
      Type.Object(
        {
          path: Type.String({
            description:
              "A FeatureCollection of polygons, read anew when it changes: a station counts into its new zone from the next poll on, what was computed before stays. A file that can't be used keeps the polygons before it",
            expected: "a path",
          }),
          nameProperty: Type.String({
            default: "name",
            description: "The feature's property that names the zone",
            expected: "a property's name",
          }),
        },
        { ...closed, description: "By polygons" },
      ),
    ),
  },
  {
    ...closed,
    description:
      "Which zone a station counts into, at most one of the members; unless set: the arrondissement or commune that the network names, else H3 cells of resolution 8",
  },
);
export type ZonesConfig = Static<typeof ZonesConfig>;

/** The configuration file of `velib local` and `velib replay`; command-line options go before it. */
export const Config = Type.Object(
  {
    dataDir: Type.String({
      minLength: 1,
      default: "velib-data",
      description: "Folder of the log, results and history",
      expected: "a path",
    }),
    http: Type.Object(
      {
        host: Type.String({ default: "127.0.0.1", description: "Address to listen on", expected: "an address" }),
        port: Type.Integer({
          minimum: 0,
          maximum: 65_535,
          default: 8080,
          description: "Port to listen on, 0 for any free one",
          expected: "a whole number from 0 to 65535",
        }),
        authentication: Type.Optional(
          Type.Object(
            {
              bearerTokensFolder: Type.String({
                minLength: 1,
                description: "A folder with a file for each reader: its name names the reader, it holds the token",
                expected: "a path",
              }),
            },
            { ...closed, description: "Who may read the API; everybody who reaches it unless set" },
          ),
        ),
      },
      { ...closed, default: {}, description: "The API and the console" },
    ),
    sources: Type.Array(SourceConfig, {
      default: [],
      description:
        "The networks, each with exactly one of url, recording and simulator; none: Vélib's live feed, else a simulated city",
    }),
    zones: Type.Optional(ZonesConfig),
    aggregation: Type.Object(
      {
        window: Duration("Window length; divides a day. A data dir keeps its first one", "3m"),
        allowedLateness: Duration("How long after its end a window waits for late records", "30s", durationPattern),
      },
      { ...closed, default: {}, description: "The averages" },
    ),
    deduplication: Type.Object(
      { keyframeInterval: Duration("Each station is written to the log at least this often", "10m") },
      { ...closed, default: {}, description: "What is left out of the log" },
    ),
    retention: Type.Object(
      {
        log: Duration("How long polls stay in the log; at least the keyframe interval", "48h"),
        windows: Duration("How long windows are kept; at least one window", "35d"),
        history: Type.Optional(Duration("How long observations are kept; for ever unless set")),
      },
      {
        ...closed,
        default: {},
        description:
          "How long things are kept, in the time of the data: behind the newest poll of their source, to the hour. A source without new polls keeps what it has",
      },
    ),
  },
  closed,
);
export type Config = Static<typeof Config>;
