import { change, gbfs, oneOf, pipeline, type Rejection } from "./rejection.ts";

const secretKeyRef = { name: "keys", key: "token" };
const dataset = { url: "https://example.org", dataset: "bikes" };
const randomUser = { url: "https://example.org/api/" };
const notOneNetwork = "a source's name stands for one network; add a source with a name of its own";

/** A pipeline with one source, refused. */
function source(members: object, field: string, message: string): Rejection {
  return pipeline({ sources: [{ name: "oslo", ...members }] }, `sources[0]${field}`, message);
}

/** A refused change of that source. */
function sourceChange(before: object, after: object, field: string, message: string): Rejection {
  const named = (members: object) => ({ sources: [{ name: "oslo", ...members }] });
  return change(named(before), named(after), `sources[0]${field}`, message);
}

export const ofSources: Rejection[] = [
  source({}, "", oneOf("opendatasoft", "gbfs", "replay", "simulator")),
  source({ gbfs, simulator: {} }, "", oneOf("opendatasoft", "gbfs", "replay", "simulator")),
  source(
    { gbfs: { url: "ftp://example.org" } },
    ".gbfs.url",
    "expected an address that begins with http:// or https://, got ftp://example.org",
  ),
  source(
    { gbfs: { ...gbfs, interval: "often" } },
    ".gbfs.interval",
    "expected a duration such as 90s, 3m, 10h or 30d, got often",
  ),
  source(
    { gbfs: { ...gbfs, authentication: {} } },
    ".gbfs.authentication",
    oneOf("headers", "bearer", "oauth2ClientCredentials"),
  ),
  source(
    { gbfs: { ...gbfs, authentication: { headers: [{ name: "two words", secretKeyRef }] } } },
    ".gbfs.authentication.headers[0].name",
    "expected the name of an HTTP header, got two words",
  ),
  source(
    { gbfs: { ...gbfs, authentication: { bearer: { secretKeyRef: { name: "Keys", key: "token" } } } } },
    ".gbfs.authentication.bearer.secretKeyRef.name",
    "expected the name of an object: lower-case letters, digits, dashes and dots, got Keys",
  ),
  source(
    { opendatasoft: { ...dataset, dataset: "a/b" } },
    ".opendatasoft.dataset",
    "expected the identifier of a dataset: letters, digits, dashes, underscores and @, got a/b",
  ),
  sourceChange(
    { opendatasoft: dataset },
    { opendatasoft: { ...dataset, dataset: "docks" } },
    ".opendatasoft",
    `dataset is immutable: ${notOneNetwork}`,
  ),
  sourceChange(
    { gbfs },
    { simulator: {} },
    "",
    `a source's kind is immutable: its name stands for one network; add a source with a name of its own`,
  ),
  sourceChange(
    { simulator: { seed: 1 } },
    { simulator: { seed: 2 } },
    ".simulator",
    "stations and seed are immutable: they make another city",
  ),
  source(
    { replay: { claimName: "data", path: "/etc" } },
    ".replay.path",
    "expected a path in the volume, without a leading slash or dot, got /etc",
  ),
  source(
    { replay: { claimName: "data", path: "a/../../b" } },
    ".replay.path",
    "the path can't leave the volume: it can't contain ..",
  ),
  source(
    { replay: { claimName: "data", path: "a.csv", pace: "fast" } },
    ".replay.pace",
    "expected max or a factor such as 60x, got fast",
  ),
  pipeline(
    { sources: [{ name: "Oslo", gbfs }] },
    "sources[0].name",
    "expected up to 63 lower-case letters, digits and dashes, got Oslo",
  ),
  pipeline({ zones: {} }, "zones", oneOf("by", "geojson", "h3")),
  pipeline({ zones: { by: "Commune", h3: {} } }, "zones", oneOf("by", "geojson", "h3")),
  {
    ...pipeline(
      {},
      "",
      "a source's name stood for a source of another kind before: its history is kept by that name; take a new name",
    ),
    field: "<nil>",
    before: { sources: [{ name: "bergen", gbfs }] },
    status: { usedSources: [{ name: "oslo", kind: "simulator" }] },
  },
];

export const ofUsers: Rejection[] = [
  pipeline(
    { users: { randomUser, personalData: { email: "Hash" } } },
    "users.personalData",
    "Hash needs a key: set hashKeySecretKeyRef to a Secret's key with at least 32 random bytes",
  ),
  pipeline(
    { users: { randomUser: { ...randomUser, nationalities: ["FR"] } } },
    "users.randomUser.nationalities[0]",
    "expected two lower-case letters, got FR",
  ),
];
