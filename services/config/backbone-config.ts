import { type Static, type TSchema, Type } from "typebox";
import { positiveDurationPattern } from "../../core/time/duration.ts";
import { Config } from "./config.ts";

const closed = { additionalProperties: false };

const Text = (description: string, expected: string, more: { default?: string } = {}) =>
  Type.String({ minLength: 1, description, expected, ...more });

const Duration = (description: string, fallback?: string) =>
  Type.String({
    pattern: positiveDurationPattern,
    description,
    expected: "a duration such as 90s, 3m, 10h or 30d",
    ...(fallback === undefined ? {} : { default: fallback }),
  });

const Count = (description: string, fallback: number) =>
  Type.Integer({ minimum: 1, description, expected: "a whole number of at least 1", default: fallback });

const Section = <T extends Record<string, TSchema>>(description: string, members: T) =>
  Type.Object(members, { ...closed, description });

const Files = {
  caFile: Type.Optional(Text("PEM file of the authorities to trust; the system's unless set", "a path")),
  certFile: Type.Optional(Text("PEM file of the client's certificate, for mutual TLS", "a path")),
  keyFile: Type.Optional(Text("PEM file of its key", "a path")),
};

export const KafkaConfig = Section("The observation log on Kafka", {
  bootstrapServers: Type.Array(Text("host:port", "host:port"), {
    minItems: 1,
    description: "Some brokers; the others are found through them",
    expected: "a list of host:port",
  }),
  partitions: Count("Partitions of the topics where they are made", 3),
  replication: Count("Replicas of each partition where they are made", 1),
  minInsyncReplicas: Count("Replicas that must have a record before it counts as written", 1),
  retention: Duration("How long records are kept", "7d"),
  usersRetention: Type.Optional(Duration("How long users are kept in their topic; as `retention` unless set")),
  deadLettersRetention: Type.Optional(Duration("How long dead letters are kept; as `retention` unless set")),
  tls: Type.Optional(Section("Encrypt the connections", Files)),
  authentication: Type.Optional(
    Section("Log in by SASL", {
      mechanism: Type.Union([Type.Literal("scram-sha-512"), Type.Literal("scram-sha-256"), Type.Literal("plain")], {
        description: "SASL mechanism",
        expected: "scram-sha-512, scram-sha-256 or plain",
        default: "scram-sha-512",
      }),
      username: Type.Optional(Text("User name; this or `usernameFile`", "a name")),
      usernameFile: Type.Optional(Text("File with the user name, read at the start", "a path")),
      passwordFile: Text("File with the password, read anew for every connection", "a path"),
    }),
  ),
});

export const MongodbConfig = Section("The result store on MongoDB", {
  uri: Type.Optional(
    Text("Connection string, without the password; this or `uriFile`", "mongodb://host:port/?replicaSet=…"),
  ),
  uriFile: Type.Optional(Text("File with the connection string, which may hold the user name and password", "a path")),
  database: Type.Optional(Text("Database; the pipeline's name unless set", "a name")),
  username: Type.Optional(Text("User name", "a name")),
  usernameFile: Type.Optional(Text("File with the user name, instead of `username`", "a path")),
  passwordFile: Type.Optional(Text("File with the password, read anew at each try to connect", "a path")),
  windowsTtl: Type.Optional(Duration("How long after their start windows are dropped; never unless set")),
  tls: Type.Optional(
    Section("Encrypt the connections", {
      caFile: Files.caFile,
      certificateKeyFile: Type.Optional(Text("PEM file of the client's certificate and key", "a path")),
    }),
  ),
});

export const CassandraConfig = Section("The history on Cassandra", {
  contactPoints: Type.Array(Text("host or host:port", "host or host:port"), {
    minItems: 1,
    description: "Some nodes; the others are found through them",
    expected: "a list of hosts",
  }),
  localDataCenter: Text("The data centre this process is near to", "a name"),
  keyspace: Type.Optional(Text("Keyspace; the pipeline's name unless set", "a name")),
  replication: Type.Optional(
    Type.Record(Type.String(), Type.Integer({ minimum: 1 }), {
      description: "Replicas by data centre, to make the keyspace; unless set it must be there",
      expected: "a mapping of data centres to numbers",
    }),
  ),
  consistency: Type.Union([Type.Literal("LOCAL_QUORUM"), Type.Literal("LOCAL_ONE")], {
    description: "How many replicas acknowledge",
    expected: "LOCAL_QUORUM or LOCAL_ONE",
    default: "LOCAL_QUORUM",
  }),
  username: Type.Optional(Text("User name", "a name")),
  usernameFile: Type.Optional(Text("File with the user name, instead of `username`", "a path")),
  passwordFile: Type.Optional(Text("File with the password, read anew at each try to connect", "a path")),
  historyTtl: Type.Optional(Duration("How long after they were written observations are dropped; never unless set")),
  tls: Type.Optional(Section("Encrypt the connections", Files)),
});

const Treatment = (what: string) =>
  Type.Union([Type.Literal("omit"), Type.Literal("hash"), Type.Literal("keep")], {
    description: `What becomes of ${what}`,
    expected: "omit, hash or keep",
    default: "omit",
  });

export const UsersConfig = Section("The users flow: from an API into Cassandra", {
  randomUser: Section("An API in the form of randomuser.me 1.4", {
    url: Text("Its address", "an address"),
    interval: Duration("Time between calls", "1m"),
    results: Type.Integer({
      minimum: 1,
      maximum: 5_000,
      description: "Users a call",
      expected: "a whole number from 1 to 5000",
      default: 100,
    }),
    nationalities: Type.Array(Text("Code of a nationality", "fr"), {
      default: [],
      description: "Only these; any unless set",
      expected: "a list of codes",
    }),
  }),
  personalData: Type.Object(
    {
      email: Treatment("e-mail addresses"),
      phone: Treatment("telephone numbers"),
      address: Treatment("street addresses"),
      hashKeyFile: Type.Optional(Text("File with the key of the hashes, at least 32 bytes", "a path")),
    },
    { ...closed, default: {}, description: "What of a user's personal data is written anywhere" },
  ),
});
export type UsersConfig = Static<typeof UsersConfig>;

export const BatchConfig = Section("The day's files and reports", {
  timeZone: Text("IANA time zone of the day", "an IANA zone such as Europe/Paris", { default: "UTC" }),
  reports: Type.Array(
    Type.Object(
      {
        name: Type.String({
          pattern: "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
          description: "Name of its files",
          expected: "up to 63 lower-case letters, digits and dashes",
        }),
        sql: Text("One SELECT over `observations` and `states`", "a SELECT"),
      },
      closed,
    ),
    { default: [], description: "Tables made of the day by SQL, beside the built-in one", expected: "a list" },
  ),
});

/** The configuration file of `velib produce`, `aggregate`, `archive`, `serve`, `batch` and `train`: one for all processes of a pipeline. */
export const BackboneConfig = Type.Object(
  {
    pipeline: Type.String({
      pattern: "^[a-z]([a-z0-9-]{0,46}[a-z0-9])?$",
      description: "Name of the pipeline: prefix of its topics, its database and its keyspace",
      expected: "a lower-case letter, then up to 47 letters, digits and dashes",
    }),
    http: Config.properties.http,
    sources: Config.properties.sources,
    zones: Config.properties.zones,
    aggregation: Config.properties.aggregation,
    deduplication: Config.properties.deduplication,
    kafka: KafkaConfig,
    schemaRegistry: Type.Optional(
      Section("Avro instead of JSON on the topics; dead letters stay JSON", {
        url: Text("A Confluent-compatible schema registry", "an address"),
        username: Type.Optional(Text("User name; this or `usernameFile`", "a name")),
        usernameFile: Type.Optional(Text("File with the user name, instead of `username`", "a path")),
        passwordFile: Type.Optional(Text("File with the password, read anew at each request", "a path")),
        tls: Type.Optional(Section("What an https address is trusted by, and what is shown to it", Files)),
      }),
    ),
    mongodb: Type.Optional(MongodbConfig),
    cassandra: Type.Optional(CassandraConfig),
    users: Type.Optional(UsersConfig),
    batch: Type.Optional(BatchConfig),
  },
  closed,
);
export type BackboneConfig = Static<typeof BackboneConfig>;
