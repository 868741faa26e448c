import { type Static, Type } from "typebox";
import { durationPattern } from "./duration.ts";

const Duration = (description: string, fallback?: string) =>
  Type.String({ pattern: durationPattern, description, ...(fallback === undefined ? {} : { default: fallback }) });

const closed = { additionalProperties: false };

/** One network that is polled or replayed. Exactly one of its kinds is set. */
export const SourceConfig = Type.Object(
  {
    name: Type.String({ pattern: "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", maxLength: 63, description: "The source's name" }),
    url: Type.Optional(
      Type.Object(
        { address: Type.String({ description: "A gbfs.json or an Opendatasoft dataset; recognised by its body" }) },
        closed,
      ),
    ),
    recording: Type.Optional(
      Type.Object(
        {
          path: Type.String({ description: "A CSV (or its folder), or a folder of bodies" }),
          pace: Type.String({
            pattern: "^(max|[0-9]+(\\.[0-9]+)?x)$",
            default: "1x",
            description: "As recorded (1x), faster by a factor (60x), or as fast as possible (max)",
          }),
        },
        closed,
      ),
    ),
    simulator: Type.Optional(
      Type.Object(
        {
          stations: Type.Integer({ minimum: 1, maximum: 200_000, default: 1500, description: "Stations of the city" }),
          seed: Type.Integer({ minimum: 0, default: 1, description: "The same seed makes the same city" }),
        },
        closed,
      ),
    ),
    interval: Type.Optional(Duration("Time between polls; a recording's is its own")),
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
      }),
    ),
    h3: Type.Optional(
      Type.Object(
        { resolution: Type.Integer({ minimum: 0, maximum: 15, description: "H3 resolution, 0 (largest) to 15" }) },
        closed,
      ),
    ),
    geojson: Type.Optional(
      Type.Object(
        {
          path: Type.String({ description: "A FeatureCollection of polygons" }),
          nameProperty: Type.String({ default: "name", description: "The feature's property that names the zone" }),
        },
        closed,
      ),
    ),
  },
  closed,
);
export type ZonesConfig = Static<typeof ZonesConfig>;

/** The configuration file of `velib local` and `velib replay`; command-line options go before it. */
export const Config = Type.Object(
  {
    dataDir: Type.String({
      minLength: 1,
      default: "velib-data",
      description: "Folder of the log, results and history",
    }),
    http: Type.Object(
      {
        host: Type.String({ default: "127.0.0.1", description: "Address to listen on" }),
        port: Type.Integer({ minimum: 0, maximum: 65_535, default: 8080, description: "0: any free port" }),
      },
      { ...closed, default: {} },
    ),
    sources: Type.Array(SourceConfig, { default: [], description: "The networks; none: Vélib, else the simulator" }),
    zones: Type.Optional(ZonesConfig),
    aggregation: Type.Object(
      {
        window: Duration("Window length; divides a day", "3m"),
        allowedLateness: Duration("How long a window waits for late records", "30s"),
      },
      { ...closed, default: {} },
    ),
    deduplication: Type.Object(
      { keyframeInterval: Duration("Each station is sent at least this often", "10m") },
      { ...closed, default: {} },
    ),
  },
  closed,
);
export type Config = Static<typeof Config>;
