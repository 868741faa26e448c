import type { LogRecord } from "../../core/log/record.ts";
import type { LogEntry } from "../../core/ports/observation-log.ts";
import type { RecordSlice } from "../kafka/client/record-batch.ts";
import { describeValue, isLogRecord } from "../kafka/log-record.ts";
import { type RecordCodec, undecodable } from "../kafka/record-codec.ts";
import { avroNames, logRecordSchema } from "./avro-schemas.ts";
import { type AvroValue, type RegistryOptions, RegistrySchemas } from "./registry-schemas.ts";

/** Log records as Avro, by the schemas of a registry. */
export class AvroCodec implements RecordCodec {
  readonly #schemas: RegistrySchemas;

  constructor(options: RegistryOptions) {
    this.#schemas = new RegistrySchemas(options);
  }

  /** @throws VelibError VELIB_SCHEMA_INCOMPATIBLE, VELIB_SCHEMA_REGISTRY_UNREACHABLE */
  ready(topic: string): Promise<void> {
    return this.#schemas.register(topic, logRecordSchema);
  }

  encode(topic: string, record: LogRecord): Buffer {
    return this.#schemas.encode(topic, { record: { [`velib.${avroNames[record.kind]}`]: record } });
  }

  /** @throws VelibError VELIB_SCHEMA_REGISTRY_UNREACHABLE */
  async decode(records: readonly RecordSlice[]): Promise<LogEntry[]> {
    const values = await this.#schemas.decode(records);
    return records.map((slice, n) => entryOf(slice, values[n] ?? { problem: "expected a value, got none" }));
  }
}

function entryOf(slice: RecordSlice, decoded: AvroValue): LogEntry {
  if ("problem" in decoded) return undecodable(slice, decoded.problem);
  const record = unwrap(decoded.value);
  if (isLogRecord(record)) return { offset: BigInt(slice.offset), record };
  return undecodable(slice, describeValue(record));
}

const kinds = new Map(Object.entries(avroNames).map(([kind, name]) => [`velib.${name}`, kind]));

/** avsc gives a union of records as `{"velib.Change": {…}}`, made of classes of its own: plain objects again. */
function unwrap(value: unknown): unknown {
  if (typeof value !== "object" || value === null || !("record" in value)) return value;
  const { record } = value;
  if (typeof record !== "object" || record === null) return record;
  const [branch, fields] = Object.entries(record)[0] ?? ["", null];
  const plain: Record<string, unknown> = { kind: kinds.get(branch), ...fields };
  if (typeof plain.last === "object" && plain.last !== null) plain.last = { ...plain.last };
  if (typeof plain.health === "object" && plain.health !== null) plain.health = { ...plain.health };
  return plain;
}
