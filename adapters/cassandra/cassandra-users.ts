import { types } from "cassandra-driver";
import type { User, UserStore } from "../../core/ports/user-store.ts";
import type { KeyedRow } from "./batch-writer.ts";
import { BatchWriter, unset } from "./batch-writer.ts";
import type { CassandraConnection } from "./cassandra-connection.ts";
import { openMigrated } from "./cassandra-history.ts";
import { cqlTimestamp } from "./cql-bytes.ts";
import { numberOrNull, textOrNull } from "./observation-rows.ts";
import type { CassandraOptions } from "./options.ts";

/** Some 400 bytes a user. */
const userBatch = { rows: 8, partitions: 8 };
const defaultWritesAtOnce = 32;

const columns =
  "id, first_name, last_name, gender, dob, address, post_code, email, phone, username, registered_date, picture, contract";

/** The users in Cassandra, one row each. */
export class CassandraUsers implements UserStore {
  readonly #connection: CassandraConnection;
  readonly #writer: BatchWriter;

  private constructor(connection: CassandraConnection, writesAtOnce: number) {
    this.#connection = connection;
    this.#writer = new BatchWriter(connection, writesAtOnce);
  }

  /** @throws VelibError VELIB_CASSANDRA_* when the cluster can't be used */
  static async open(options: CassandraOptions): Promise<CassandraUsers> {
    return new CassandraUsers(await openMigrated(options), options.writesAtOnce ?? defaultWritesAtOnce);
  }

  /** Resolves when the cluster answers. @throws VelibError VELIB_CASSANDRA_* with the cause */
  ping(): Promise<void> {
    return this.#connection.ping();
  }

  put(users: readonly User[]): Promise<void> {
    const query = `INSERT INTO ${this.#connection.keyspace}.users (${columns}) VALUES (${columns.replace(/\w+/g, "?")})`;
    // The last of several with one id counts; at the same instant in two batches it would be anyone's guess.
    const byId = new Map(users.map((user) => [user.id, user]));
    return this.#writer.write(query, [...byId.values()].map(userRow), userBatch);
  }

  async user(id: string): Promise<User | null> {
    const query = `SELECT ${columns} FROM ${this.#connection.keyspace}.users WHERE id = ?`;
    const answer = await this.#connection.guard(() => this.#connection.client.execute(query, [id], { prepare: true }));
    const row = answer.first();
    return row === null ? null : userOf(row);
  }

  close(): Promise<void> {
    return this.#connection.close();
  }
}

/** Unlike in the history, null is written: personal data that the configuration now leaves out has to go. */
function userRow(user: User): KeyedRow {
  const id = Buffer.from(user.id, "utf8");
  return {
    partition: user.id,
    key: [id],
    parameters: [
      id,
      user.firstName,
      user.lastName,
      user.gender,
      user.dateOfBirth === null ? null : types.LocalDate.fromString(user.dateOfBirth),
      user.address,
      user.postCode,
      user.email,
      user.phone,
      user.username,
      user.registeredAt === null ? null : cqlTimestamp(user.registeredAt),
      user.picture,
      // The trainer's recommendation stays when the API gives the user again, who has none there.
      user.contract ?? unset,
    ],
  };
}

function userOf(row: types.Row): User {
  return {
    id: String(row.get("id")),
    firstName: textOrNull(row.get("first_name")),
    lastName: textOrNull(row.get("last_name")),
    gender: textOrNull(row.get("gender")),
    dateOfBirth: textOrNull(row.get("dob")),
    address: textOrNull(row.get("address")),
    postCode: textOrNull(row.get("post_code")),
    email: textOrNull(row.get("email")),
    phone: textOrNull(row.get("phone")),
    username: textOrNull(row.get("username")),
    registeredAt: numberOrNull(row.get("registered_date")),
    picture: textOrNull(row.get("picture")),
    contract: textOrNull(row.get("contract")),
  };
}
