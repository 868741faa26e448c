import { type Static, Type } from "typebox";
import { exactlyOneOf, immutable, rule, sameMember } from "./cel-rules.ts";
import {
  Choice,
  Count,
  Duration,
  HttpUrl,
  Label,
  ListByKey,
  ObjectName,
  SecretKey,
  Section,
  Text,
  TextList,
} from "./field-types.ts";

/** The members of a source, one of which is set. */
export const sourceKinds = ["opendatasoft", "gbfs", "replay", "simulator"] as const;
export type SourceKind = (typeof sourceKinds)[number];

const Header = Section("A header that goes with every request", {
  name: Text("The header's name", {
    maxLength: 128,
    pattern: "^[A-Za-z0-9!#$%&'*+.^_|~-]+$",
    expected: "the name of an HTTP header",
  }),
  secretKeyRef: SecretKey("Where its value is"),
});

const Authentication = Section(
  "How requests are authorised: nothing of it stands in the resource, all in Secrets",
  {
    headers: Type.Optional(
      ListByKey("Headers of the feed's own making, such as an API key", "name", Header, { minItems: 1, maxItems: 16 }),
    ),
    bearer: Type.Optional(
      Section("A token in the Authorization header (RFC 6750)", { secretKeyRef: SecretKey("Where the token is") }),
    ),
    oauth2ClientCredentials: Type.Optional(
      Section("A token fetched, and renewed, with a client's credentials (RFC 6749, section 4.4)", {
        tokenUrl: HttpUrl("Where tokens are issued"),
        clientIdSecretKeyRef: SecretKey("Where the client's id is"),
        clientSecretSecretKeyRef: SecretKey("Where the client's secret is"),
        scopes: TextList("Scopes asked for", Text("A scope", { maxLength: 128 }), { maxItems: 16, default: [] }),
      }),
    ),
  },
  { rules: [exactlyOneOf("headers", "bearer", "oauth2ClientCredentials")] },
);
export type SourceAuthentication = Static<typeof Authentication>;

const Opendatasoft = Section(
  "A dataset of an Opendatasoft portal, such as Vélib's",
  {
    url: HttpUrl("The portal, such as https://opendata.paris.fr"),
    dataset: Text("The dataset's identifier", {
      pattern: "^[A-Za-z0-9_@-]+$",
      expected: "the identifier of a dataset: letters, digits, dashes, underscores and @",
    }),
    interval: Duration("Time between polls", "60s"),
    authentication: Type.Optional(Authentication),
  },
  { rules: [immutable("dataset", "a source's name stands for one network; add a source with a name of its own")] },
);

const Gbfs = Section("A GBFS feed of version 1.x, 2.x or 3.0", {
  url: HttpUrl("The network's gbfs.json"),
  interval: Duration("Time between polls", "60s"),
  authentication: Type.Optional(Authentication),
});

const Replay = Section("A recording, polled as it was recorded", {
  claimName: ObjectName("The PersistentVolumeClaim that holds it"),
  path: Text("Its place in the volume: a CSV, its folder, or a folder of bodies", {
    maxLength: 1024,
    pattern: "^[^/\\s.][^\\s]*$",
    expected: "a path in the volume, without a leading slash or dot",
    rules: [rule("!self.contains('..')", "the path can't leave the volume: it can't contain ..")],
  }),
  pace: Text("As recorded (1x), faster by a factor (60x), or as fast as possible (max)", {
    maxLength: 16,
    pattern: "^(max|[1-9][0-9]*(\\.[0-9]+)?x|0\\.[0-9]*[1-9][0-9]*x)$",
    expected: "max or a factor such as 60x",
    default: "1x",
  }),
});

const Simulator = Section(
  "A made-up city",
  {
    stations: Count("Stations of the city", { default: 1500, maximum: 47_952 }),
    seed: Count("The same seed makes the same city", { default: 1, minimum: 0 }),
    interval: Duration("Time between polls", "60s"),
  },
  {
    rules: [
      rule(
        "self.stations == oldSelf.stations && self.seed == oldSelf.seed",
        "stations and seed are immutable: they make another city; add a source with a name of its own",
      ),
    ],
  },
);

const Source = Section(
  "One network: exactly one of opendatasoft, gbfs, replay and simulator is set",
  {
    name: Label("The network's name in every result; it keeps standing for the same network"),
    opendatasoft: Type.Optional(Opendatasoft),
    gbfs: Type.Optional(Gbfs),
    replay: Type.Optional(Replay),
    simulator: Type.Optional(Simulator),
    hold: Type.Optional(
      Duration("How long an observation holds without another; the greater of 10m and twice the interval unless set"),
    ),
  },
  {
    rules: [
      exactlyOneOf(...sourceKinds),
      sameMember(
        sourceKinds,
        "a source's kind is immutable: its name stands for one network; add a source with a name of its own",
      ),
    ],
  },
);
export type Source = Static<typeof Source>;

export const Sources = ListByKey("The networks to poll", "name", Source, { minItems: 1, maxItems: 64 });

export const Zones = Section(
  "Which zone a station counts into: exactly one of the members",
  {
    by: Type.Optional(Choice("The network's own areas", ["Arrondissement", "Commune"])),
    geojson: Type.Optional(
      Section("Polygons", {
        configMapRef: Section("The ConfigMap with a FeatureCollection; read anew when it changes", {
          name: ObjectName("The ConfigMap's name, in the pipeline's namespace"),
          key: Text("The key in it", { default: "zones.geojson" }),
        }),
        nameProperty: Text("The feature's property that names the zone", { default: "name" }),
      }),
    ),
    h3: Type.Optional(
      Section("Hexagonal H3 cells", {
        resolution: Count("0 (largest cells) to 15", { default: 8, minimum: 0, maximum: 15 }),
      }),
    ),
  },
  { rules: [exactlyOneOf("by", "geojson", "h3")] },
);
export type Zones = Static<typeof Zones>;

/** The kind of a source, by the member that is set. */
export function kindOfSource(source: Source): SourceKind {
  const kind = sourceKinds.find((member) => source[member] !== undefined);
  if (kind === undefined) throw new TypeError(`source ${source.name}: expected one of ${sourceKinds.join(", ")}`);
  return kind;
}
