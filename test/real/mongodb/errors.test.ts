import { createServer } from "node:net";
import { MongoClient } from "mongodb";
import { expect, it } from "vitest";
import { MongodbConnection } from "../../../adapters/mongodb/mongodb-connection.ts";
import { MongodbResults } from "../../../adapters/mongodb/mongodb-results.ts";
import type { MongodbOptions } from "../../../adapters/mongodb/options.ts";
import { describeReal } from "../servers.ts";
import { commitOf, documentsOf, freshDatabase, openResults, window } from "./fixtures.ts";
import { limits, serverSaying } from "./server-saying.ts";

async function refusal(options: Partial<MongodbOptions>) {
  const opened = MongodbConnection.open({
    uri: "",
    database: "velib_test_errors",
    serverSelectionTimeoutMs: 1000,
    ...options,
  });
  const error: unknown = await opened.then(
    async (connection) => {
      await connection.close();
      return null;
    },
    (thrown: unknown) => thrown,
  );
  return { error, message: error instanceof Error ? error.message : "" };
}

describeReal("MongoDB that can't be used", ["mongodb"], ({ mongodb: uri }) => {
  it("is unreachable: the line names the host and the cause", async () => {
    const { error, message } = await refusal({ uri: "mongodb://127.0.0.1:9/?replicaSet=rs0" });

    expect(error).toMatchObject({ code: "VELIB_MONGODB_UNREACHABLE", retryable: true });
    expect(message).toContain("127.0.0.1:9");
    expect(message).toContain("ECONNREFUSED");
  });

  it("is unreachable when it accepts the connection and says nothing", async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const address = silent.address();
    const port = address !== null && typeof address === "object" ? address.port : 0;

    const { error } = await refusal({ uri: `mongodb://127.0.0.1:${port}/` });

    silent.close();
    expect(error).toMatchObject({ code: "VELIB_MONGODB_UNREACHABLE" });
  });

  it("is not a member of the replica set of the URI", async () => {
    const { error, message } = await refusal({ uri: uri.replace("rs0", "rs9") });

    expect(error).toMatchObject({ code: "VELIB_MONGODB_NOT_REPLICA_SET", retryable: false });
    expect(message).toContain("rs9");
  });

  it("stands alone", async () => {
    const host = await serverSaying({ minWireVersion: 0, maxWireVersion: 17, ...limits });

    const { error, message } = await refusal({ uri: `mongodb://${host}/?directConnection=true` });

    expect(error).toMatchObject({ code: "VELIB_MONGODB_NOT_REPLICA_SET" });
    expect(message).toContain("--replSet");
  });

  it.each([
    ["too old for the driver", 6],
    ["too old for the platform", 13],
  ])("is %s", async (_, maxWireVersion) => {
    const host = await serverSaying({ minWireVersion: 0, maxWireVersion, ...limits });

    const { error, message } = await refusal({ uri: `mongodb://${host}/?directConnection=true` });

    expect(error).toMatchObject({ code: "VELIB_MONGODB_TOO_OLD", retryable: false });
    expect(message).toContain("6.0");
  });

  it.each(["localhost:27017", "mongodb://", "mongodb://host/?nonsense=1"])("has no usable URI: %s", async (wrong) => {
    const { error } = await refusal({ uri: wrong });

    expect(error).toMatchObject({ code: "VELIB_MONGODB_URI" });
  });

  it("is no longer what it was: ready turns false with the cause once the client is closed", async () => {
    const database = freshDatabase(uri);
    const results = await openResults({ uri, database });
    await results.ping();

    await results.close();

    await expect(results.ping()).rejects.toMatchObject({ code: expect.stringMatching(/^VELIB_MONGODB_/) });
  });
});

describeReal("MongoDB with users", ["mongodbAuth"], ({ mongodbAuth: authUri }) => {
  it("takes credentials from the options, beside the URI", async () => {
    const database = freshDatabase(authUri);
    const { username, password, bare } = partsOf(authUri);
    const results = await openResults({ uri: bare, database, username, password });

    await results.commit(commitOf({ windows: [window()] }));

    expect(await documentsOf(authUri, database, "station_windows")).toHaveLength(1);
  });

  it("refuses a wrong password in one line that does not repeat it", async () => {
    const { username, bare } = partsOf(authUri);

    const { error, message } = await refusal({ uri: bare, username, password: "s3cret-and-wrong" });

    expect(error).toMatchObject({ code: "VELIB_MONGODB_AUTHENTICATION", retryable: false });
    expect(message).not.toMatch(/s3cret|\n/);
  });

  it("refuses a wrong password within the URI without showing it", async () => {
    const { error, message } = await refusal({ uri: authUri.replace(/:[^:@/]+@/, ":s3cret@") });

    expect(error).toMatchObject({ code: "VELIB_MONGODB_AUTHENTICATION" });
    expect(message).not.toContain("s3cret");
  });

  it("names the missing role of a user that may only read", async () => {
    const { bare } = partsOf(authUri);
    const database = freshDatabase(authUri);
    const admin = new MongoClient(authUri);
    const reader = `reader_${process.pid}_${Date.now()}`;
    await admin.db("admin").command({ createUser: reader, pwd: "reads", roles: [{ role: "read", db: database }] });

    const opened = MongodbResults.open({ uri: bare, database, username: reader, password: "reads" });

    await expect(opened).rejects.toMatchObject({ code: "VELIB_MONGODB_FORBIDDEN", message: /readWrite/ });
    await admin.db("admin").command({ dropUser: reader });
    await admin.close();
  });
});

function partsOf(uri: string): { username: string; password: string; bare: string } {
  const [, username = "", password = ""] = /\/\/([^:]+):([^@]+)@/.exec(uri) ?? [];
  return { username, password, bare: uri.replace(/\/\/[^@]+@/, "//") };
}
