import { Agent } from "node:https";
import { COMPATIBILITY, SchemaRegistry, SchemaType } from "@kafkajs/confluent-schema-registry";
import { VelibError } from "../../core/errors.ts";
import type { RecordSlice } from "../kafka/client/record-batch.ts";
import { readTlsFiles, type TlsFiles, type TlsServer } from "../tls/tls-files.ts";

type Schema = Awaited<ReturnType<SchemaRegistry["getSchema"]>>;
type Middleware = NonNullable<ConstructorParameters<typeof SchemaRegistry>[0]["middlewares"]>[number];

/** Magic byte 0 and the schema's id as a big-endian int32: Confluent's wire format. */
const headerBytes = 5;
/** For so long an id that the registry did not know is not asked for again, ms: it may be registered meanwhile. */
const unknownForMs = 10_000;

/** Longest wait for an answer, ms: of itself the client waits for good. */
const answerMs = 5_000;
const impatient: Middleware = () => ({
  request: async (request) => request.enhance({ timeout: answerMs }),
});

const tlsServer: TlsServer = { name: "schema registry", code: "VELIB_SCHEMA_REGISTRY_TLS" };

export interface RegistryOptions {
  /** Base URL of a Confluent-compatible API; without credentials. */
  url: string;
  /** Sent with each request (HTTP Basic); the password is asked for each time, as it may be rotated. */
  auth?: { username: string; password: () => string };
  /** For an https `url` that the system's authorities do not vouch for, or that asks for a client's certificate. */
  tls?: Omit<TlsFiles, "serverName">;
}

/** RFC 7617. */
function basicAuthentication({ username, password }: NonNullable<RegistryOptions["auth"]>): Middleware {
  return () => ({
    request: async (request) => {
      const credentials = Buffer.from(`${username}:${password()}`).toString("base64");
      return request.enhance({ headers: { authorization: `Basic ${credentials}` } });
    },
  });
}

/** What the bytes of a value hold, or why they can't be told. */
export type AvroValue = { value: unknown } | { problem: string };

/**
 * Values as Avro in Confluent's wire format. The schema of a topic is registered under `<topic>-value` before the first
 * value; the registry refuses one that could not read what was written before (BACKWARD).
 */
export class RegistrySchemas {
  readonly #url: string;
  readonly #registry: SchemaRegistry;
  /** Of the topics written to: the schema and the header that names it. */
  readonly #writers = new Map<string, { schema: Schema; header: Buffer }>();
  /** Of the schemas met while reading. */
  readonly #readers = new Map<number, Schema>();
  /** Ids that the registry did not know, and when it was asked, ms. */
  readonly #unknown = new Map<number, number>();

  /** @throws VelibError VELIB_SCHEMA_REGISTRY_TLS when a file can't be used */
  constructor({ url, auth, tls }: RegistryOptions) {
    this.#url = url;
    const secure = tls === undefined ? {} : { agent: new Agent(readTlsFiles(tls, tlsServer)) };
    const middlewares = auth === undefined ? [impatient] : [impatient, basicAuthentication(auth)];
    this.#registry = new SchemaRegistry({ host: url, ...secure, retry: { retries: 2 }, middlewares });
  }

  /** @throws VelibError VELIB_SCHEMA_INCOMPATIBLE, VELIB_SCHEMA_REGISTRY_UNREACHABLE, VELIB_SCHEMA_REGISTRY_AUTHENTICATION */
  async register(topic: string, schema: object): Promise<void> {
    if (this.#writers.has(topic)) return;
    const subject = `${topic}-value`;
    try {
      const confluent = { type: SchemaType.AVRO as const, schema: JSON.stringify(schema) };
      const { id } = await this.#registry.register(confluent, { subject, compatibility: COMPATIBILITY.BACKWARD });
      const header = Buffer.alloc(headerBytes);
      header.writeInt32BE(id, 1);
      this.#writers.set(topic, { schema: await this.#registry.getSchema(id), header });
    } catch (cause) {
      if (cause instanceof VelibError) throw cause;
      if (isUnusable(cause)) throw this.#unreachable(cause);
      const said = cause instanceof Error ? cause.message.replace(/\s+/g, " ") : String(cause);
      const remedy = "make the subject BACKWARD-compatible with this version's schema, or use another registry";
      const message = `schema registry ${this.#url}: subject ${subject} refuses the schema (${said}); ${remedy}`;
      throw new VelibError("VELIB_SCHEMA_INCOMPATIBLE", message, { cause });
    }
  }

  /** A value of a topic whose schema is registered. */
  encode(topic: string, value: object): Buffer {
    const writer = this.#writers.get(topic);
    if (writer === undefined) throw new Error(`the schema of ${topic} was not registered`);
    return Buffer.concat([writer.header, writer.schema.toBuffer(value)]);
  }

  /** @throws VelibError VELIB_SCHEMA_REGISTRY_UNREACHABLE: not knowing a schema is the record's fault, not answering is not */
  async decode(records: readonly RecordSlice[]): Promise<AvroValue[]> {
    await this.#learn(records);
    return records.map((slice) => this.#decodeOne(slice));
  }

  #decodeOne(slice: RecordSlice): AvroValue {
    const { buffer, valueStart, valueEnd } = slice;
    const id = schemaIdOf(slice);
    if (id === null) return { problem: "expected Avro with the magic byte 0 and a schema id, got something else" };
    const schema = this.#readers.get(id);
    if (schema === undefined) return { problem: `expected a schema that the registry knows, got id ${id}` };
    try {
      return { value: schema.fromBuffer(buffer.subarray(valueStart + headerBytes, valueEnd)) };
    } catch (cause) {
      const said = cause instanceof Error ? cause.message : cause;
      return { problem: `expected Avro of schema ${id}, got other bytes (${said})` };
    }
  }

  /** Asks the registry for schemas not met before. */
  async #learn(records: readonly RecordSlice[]): Promise<void> {
    for (const slice of records) {
      const id = schemaIdOf(slice);
      if (id === null || this.#readers.has(id)) continue;
      const askedAt = this.#unknown.get(id);
      if (askedAt !== undefined && Date.now() - askedAt < unknownForMs) continue;
      try {
        this.#readers.set(id, await this.#registry.getSchema(id));
        this.#unknown.delete(id);
      } catch (cause) {
        if (cause instanceof VelibError) throw cause;
        if (isUnusable(cause)) throw this.#unreachable(cause);
        // Ids of other programs' bytes are without number.
        if (this.#unknown.size >= 10_000) this.#unknown.clear();
        this.#unknown.set(id, Date.now());
      }
    }
  }

  #unreachable(cause: unknown): VelibError {
    const said = (cause instanceof Error ? cause.message : String(cause)).replace(/\s+/g, " ").slice(0, 300);
    if (cause instanceof Error && "status" in cause && refusals.has(Number(cause.status))) {
      const remedy = "check schemaRegistry's user name and password, and what the user may do";
      const message = `schema registry ${this.#url}: user refused (${said}); ${remedy}`;
      return new VelibError("VELIB_SCHEMA_REGISTRY_AUTHENTICATION", message, { cause });
    }
    const message = `schema registry ${this.#url} does not answer (${said}); check schemaRegistry.url and that it runs`;
    return new VelibError("VELIB_SCHEMA_REGISTRY_UNREACHABLE", message, { cause });
  }
}

function schemaIdOf({ buffer, valueStart, valueEnd }: RecordSlice): number | null {
  if (valueStart < 0 || valueEnd - valueStart < headerBytes || buffer[valueStart] !== 0) return null;
  return buffer.readInt32BE(valueStart + 1);
}

/** A registry says of a schema that it is not there, does not fit or is none; what else it says is about itself. */
const aboutTheSchema = new Set([404, 409, 422]);

/** Unauthorized, Forbidden. */
const refusals = new Set([401, 403]);

/**
 * Whether the registry could not be asked. The client gives a request that nobody answered the status 400, and puts this
 * text where an answer has no message, as a registry's has: "not found" is another server's then, or a proxy's. What has
 * no status is a schema that can't be used.
 */
function isUnusable(error: unknown): boolean {
  if (!(error instanceof Error) || !("status" in error)) return false;
  return !aboutTheSchema.has(Number(error.status)) || / - Error, status \d+/.test(error.message);
}
