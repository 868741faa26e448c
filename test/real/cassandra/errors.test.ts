import { createServer } from "node:net";
import { expect, it } from "vitest";
import { CassandraConnection } from "../../../adapters/cassandra/cassandra-connection.ts";
import { CassandraHistory } from "../../../adapters/cassandra/cassandra-history.ts";
import type { CassandraOptions } from "../../../adapters/cassandra/options.ts";
import { uniqueName } from "../../contracts/opened.ts";
import { describeReal } from "../servers.ts";
import { optionsOf } from "./fixtures.ts";

async function refusal(options: CassandraOptions) {
  const error: unknown = await CassandraHistory.open({ connectTimeoutMs: 1000, ...options }).then(
    async (history) => {
      await history.close();
      return null;
    },
    (thrown: unknown) => thrown,
  );
  return { error, message: error instanceof Error ? error.message : "" };
}

describeReal("Cassandra that can't be used", ["cassandra"], ({ cassandra: address }) => {
  const options = optionsOf(address, "velib_test_errors");

  it("is unreachable: the line names the contact point and the cause", async () => {
    const { error, message } = await refusal({ ...options, contactPoints: ["127.0.0.1:9"] });

    expect(error).toMatchObject({ code: "VELIB_CASSANDRA_UNREACHABLE", retryable: true });
    expect(message).toContain("127.0.0.1:9");
    expect(message).toContain("ECONNREFUSED");
    expect(message).not.toContain("\n");
  });

  it("is unreachable when it accepts the connection and says nothing", async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const at = silent.address();
    const port = at !== null && typeof at === "object" ? at.port : 0;

    const { error } = await refusal({ ...options, contactPoints: [`127.0.0.1:${port}`], readTimeoutMs: 1000 });

    silent.close();
    expect(error).toMatchObject({ code: "VELIB_CASSANDRA_UNREACHABLE" });
  });

  it("has no data centre of that name", async () => {
    const { error, message } = await refusal({ ...options, localDataCenter: "dc9" });

    expect(error).toMatchObject({ code: "VELIB_CASSANDRA_DATA_CENTER", retryable: false });
    expect(message).toContain(address.dataCenter);
  });

  it("has no keyspace of that name, and may not make it without a replication", async () => {
    const { replication: _, ...without } = optionsOf(address, "velib_nowhere");

    const { error, message } = await refusal(without);

    expect(error).toMatchObject({ code: "VELIB_CASSANDRA_KEYSPACE", retryable: false });
    expect(message).toContain("velib_nowhere");
  });

  it("can't replicate to a data centre it does not have", async () => {
    const { error, message } = await refusal({ ...options, keyspace: uniqueName("velib"), replication: { dc9: 3 } });

    expect(error).toMatchObject({ code: "VELIB_CASSANDRA_REPLICATION", retryable: false });
    expect(message).toContain("dc9");
  });

  it.each(["Velib", "1a", "a-b", "a; DROP KEYSPACE b", ""])("refuses %j as a keyspace name", async (keyspace) => {
    const { error } = await refusal({ ...options, keyspace });

    expect(error).toMatchObject({ code: "VELIB_CASSANDRA_KEYSPACE" });
  });

  it("says so when it does not speak TLS", async () => {
    const { error, message } = await refusal({ ...options, tls: {} });

    expect(error).toMatchObject({ code: "VELIB_CASSANDRA_TLS" });
    expect(message).toMatch(
      /^Cassandra at [^\n]*: no secure connection: [^\n]*; check that the server speaks TLS there/,
    );
  });

  it("is no longer what it was: ready turns false with the cause once the client is closed", async () => {
    const connection = await CassandraConnection.open(options);
    await connection.ping();

    await connection.close();

    await expect(connection.ping()).rejects.toMatchObject({ code: expect.stringMatching(/^VELIB_CASSANDRA_/) });
  });
});

describeReal("Cassandra with users", ["cassandraAuth"], ({ cassandraAuth }) => {
  const { username, password, ...address } = cassandraAuth;
  const options = { ...optionsOf(address, uniqueName("velib")), username };

  it("takes the right password", async () => {
    const history = await CassandraHistory.open({ ...options, password });

    expect(await history.position(0)).toBeNull();
    await history.close();
  });

  it.each([
    ["a wrong password", { ...options, password: "s3cret-and-wrong" }],
    ["none", { ...optionsOf(address, "velib_test_errors") }],
  ])("refuses %s in one line that does not repeat it", async (_, wrong) => {
    const { error, message } = await refusal(wrong);

    expect(error).toMatchObject({ code: "VELIB_CASSANDRA_AUTHENTICATION", retryable: false });
    expect(message).not.toMatch(/s3cret|\n/);
  });
});
