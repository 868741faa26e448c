/** Avro schemas: of the log's records one a kind, field by field as in `core/log/record.ts`; and of users. */

const nullable = (type: string | object) => ["null", type];
const field = (name: string, type: unknown) => ({ name, type });

const contentFields = [
  field("bikes", "int"),
  field("mechanical", nullable("int")),
  field("ebike", nullable("int")),
  field("docks", "int"),
  field("installed", "boolean"),
  field("renting", "boolean"),
  field("returning", "boolean"),
];

const stationFields = [field("source", "string"), field("station", "string"), field("at", "long")];

const observationFields = [
  ...stationFields,
  ...contentFields,
  field("capacity", nullable("int")),
  field("zone", nullable("string")),
  field("reportedAt", nullable("long")),
];

const record = (name: string, fields: object[]) => ({ type: "record", name, fields });
const strings = { type: "array", items: "string" };

const health = record("FeedHealth", [
  field("polls", "long"),
  field("frozenPolls", "long"),
  field("longestFrozenRun", "long"),
  field("clockBackwards", "long"),
  field("overCapacity", "int"),
  field("filledColumns", strings),
  field("nullColumns", strings),
  field("nullColumnPolls", "long"),
  field("notInInformation", "int"),
  field("notInStatus", "int"),
]);

/** The Avro record that holds each kind. */
export const avroNames = {
  change: "Change",
  keyframe: "Keyframe",
  absent: "Absent",
  station: "Station",
  poll: "Poll",
  end: "End",
} as const;

/** A value of a topic of log records: a record whose only field is a union of the kinds. */
export const logRecordSchema = {
  type: "record" as const,
  name: "LogRecord",
  namespace: "velib",
  fields: [
    field("record", [
      record("Change", observationFields),
      record("Keyframe", observationFields),
      record("Absent", [
        ...stationFields,
        field("zone", nullable("string")),
        field("last", nullable(record("Content", contentFields))),
      ]),
      record("Station", [
        ...stationFields,
        field("name", nullable("string")),
        field("lat", nullable("double")),
        field("lon", nullable("double")),
        field("capacity", nullable("int")),
        field("commune", nullable("string")),
        field("zone", nullable("string")),
        field("listed", "boolean"),
      ]),
      record("Poll", [
        field("source", "string"),
        field("at", "long"),
        field("holdMs", "long"),
        field("observed", "int"),
        field("changes", "int"),
        field("movedAt", "long"),
        field("feedTime", nullable("long")),
        field("health", health),
      ]),
      record("End", [field("source", "string"), field("at", "long")]),
    ]),
  ],
};

/** A value of the users topic: the fields of `CreatedUser`. */
export const userSchema = {
  type: "record" as const,
  name: "User",
  namespace: "velib",
  fields: [
    field("id", "string"),
    ...["firstName", "lastName", "gender", "dateOfBirth", "address", "postCode", "email", "phone", "username"].map(
      (name) => field(name, nullable("string")),
    ),
    field("registeredAt", nullable("long")),
    field("picture", nullable("string")),
    field("contract", nullable("string")),
    field("createdAt", "long"),
  ],
};
