import { afterAll, beforeAll, expect, it } from "vitest";
import { CassandraUsers } from "../../../adapters/cassandra/cassandra-users.ts";
import type { User } from "../../../core/ports/user-store.ts";
import { uniqueName } from "../../contracts/opened.ts";
import { describeReal } from "../servers.ts";
import { dropKeyspace, optionsOf, plainClient } from "./fixtures.ts";

function user(id: string, change: Partial<User> = {}): User {
  return {
    id,
    firstName: "Élise",
    lastName: "Le Roy",
    gender: "female",
    dateOfBirth: "1984-02-29",
    address: "7 Rue des Lilas, 75011 Paris, France",
    postCode: "75011",
    email: "elise@example.com",
    phone: "01-99-00-12-34",
    username: "silverbird",
    registeredAt: Date.UTC(2019, 4, 6, 7, 8, 9, 123),
    picture: "https://pictures.example/women/7.svg",
    contract: null,
    ...change,
  };
}

describeReal("Cassandra users", ["cassandra"], ({ cassandra: address }) => {
  const keyspace = uniqueName("velib");
  let users: CassandraUsers;

  beforeAll(async () => {
    users = await CassandraUsers.open(optionsOf(address, keyspace));
  });
  afterAll(async () => {
    await users.close();
    await dropKeyspace(address, keyspace);
  });

  it("gives a user back whole, and null for an unknown one", async () => {
    await users.put([user("a")]);

    expect(await users.user("a")).toEqual(user("a"));
    expect(await users.user("b")).toBeNull();
  });

  it.each(["1899-12-31", "1969-12-31", "1970-01-01", "2038-01-20"])("keeps a birth on %s", async (dateOfBirth) => {
    await users.put([user("born", { dateOfBirth })]);

    expect((await users.user("born"))?.dateOfBirth).toBe(dateOfBirth);
  });

  it("removes personal data that a later copy leaves out", async () => {
    const { id, ...all } = user("bare");
    await users.put([user("bare")]);
    const bare: User = { id, ...mapToNull(all) };

    await users.put([bare]);

    expect(await users.user("bare")).toEqual(bare);
  });

  it("counts the last of several copies in one call", async () => {
    const copies = Array.from({ length: 50 }, (_, n) => user("twice", { contract: `c${n}` }));

    await users.put(copies);

    expect((await users.user("twice"))?.contract).toBe("c49");
  });

  it("keep their contract when they come again without one", async () => {
    await users.put([user("kept", { contract: "annual" })]);
    await users.put([user("kept", { contract: null, firstName: "Other" })]);

    expect(await users.user("kept")).toMatchObject({ contract: "annual", firstName: "Other" });
  });

  it("holds each of a thousand users once after they came twice", async () => {
    const many = Array.from({ length: 1000 }, (_, n) => user(`many-${n}`));

    await users.put(many);
    await users.put(many);

    const client = plainClient(address);
    const answer = await client.execute(`SELECT id FROM ${keyspace}.users`, [], { fetchSize: 5000 });
    await client.shutdown();
    expect(answer.rows.filter((row) => String(row.get("id")).startsWith("many-"))).toHaveLength(1000);
  });
});

function mapToNull(all: Omit<User, "id">): Omit<User, "id"> {
  const nothing = { ...all };
  return Object.assign(nothing, Object.fromEntries(Object.keys(all).map((key) => [key, null])));
}
