import type { CreatedUser, UserEntry } from "../../core/ports/user-log.ts";
import type { RecordSlice } from "../kafka/client/record-batch.ts";
import { type UserCodec, undecodableUser, userEntry, userFields } from "../kafka/user-record.ts";
import { userSchema } from "./avro-schemas.ts";
import { type AvroValue, type RegistryOptions, RegistrySchemas } from "./registry-schemas.ts";

/** Users as Avro, by the schemas of a registry. */
export class AvroUserCodec implements UserCodec {
  readonly #schemas: RegistrySchemas;

  constructor(options: RegistryOptions) {
    this.#schemas = new RegistrySchemas(options);
  }

  /** @throws VelibError VELIB_SCHEMA_INCOMPATIBLE, VELIB_SCHEMA_REGISTRY_UNREACHABLE */
  ready(topic: string): Promise<void> {
    return this.#schemas.register(topic, userSchema);
  }

  encode(topic: string, user: CreatedUser): Buffer {
    return this.#schemas.encode(topic, userFields(user));
  }

  /** @throws VelibError VELIB_SCHEMA_REGISTRY_UNREACHABLE */
  async decode(records: readonly RecordSlice[]): Promise<UserEntry[]> {
    const values = await this.#schemas.decode(records);
    return records.map((slice, n) => entryOf(slice, values[n] ?? { problem: "expected a value, got none" }));
  }
}

function entryOf(slice: RecordSlice, decoded: AvroValue): UserEntry {
  const { valueStart, valueEnd } = slice;
  if ("problem" in decoded) return undecodableUser(slice, decoded.problem, `${valueEnd - valueStart} bytes`);
  // avsc makes records of classes of its own: a plain object again.
  return userEntry(slice, typeof decoded.value === "object" ? { ...decoded.value } : decoded.value);
}
