import { MongoClient } from "mongodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MongodbResults } from "../../../adapters/mongodb/mongodb-results.ts";
import { replicaSetUser } from "../../../operator/pipeline/backbone/mongodb.ts";
import { pipelineOf } from "../../../operator/pipeline/backbone/testing/backbone-pipeline.ts";
import { uniqueName } from "../../contracts/opened.ts";
import { describeAbsent } from "../servers.ts";

const rootUri = process.env.TEST_MONGODB_AUTH_URI;
const suite = "the user that MongoDB's operator is asked for, on a real replica set";

if (rootUri) describe(suite, () => rights(rootUri));
else describeAbsent(suite, 'TEST_MONGODB_AUTH_URI absent: eval "$(test/testbed/data-services/up.sh mongo-auth)"');

/** MongoDB's agent can't run here; the user that it makes of the resource is made by hand. */
function rights(root: string) {
  const database = uniqueName("rights").replaceAll("_", "-");
  const { name, db, roles } = replicaSetUser(pipelineOf({ prefix: database }));
  // One name a run: users are the server's, not a database's.
  const user = `${name}-${database}`;
  const password = "thought-up";
  const uri = root.replace(/\/\/[^@]*@/, "//").replace(/&authSource=[^&]*/, "");
  let admin: MongoClient;

  beforeAll(async () => {
    admin = await MongoClient.connect(root);
    const granted = roles.map((role) => ({ role: role.name, db: role.db }));
    await admin.db(db).command({ createUser: user, pwd: password, roles: granted, mechanisms: ["SCRAM-SHA-256"] });
  });
  afterAll(async () => {
    await admin.db(database).dropDatabase();
    await admin.db(db).command({ dropUser: user });
    await admin.close();
  });

  it("prepares the pipeline's database, and changes how long windows are kept", async () => {
    for (const windowsTtlSeconds of [0, 86_400]) {
      const results = await MongodbResults.open({ uri, database, username: user, password, windowsTtlSeconds });
      await results.ping();
      await results.close();
    }

    const indexes = await admin.db(database).collection("station_windows").indexes();
    expect(indexes).toContainEqual(expect.objectContaining({ expireAfterSeconds: 86_400 }));
  });

  it("can't read another database", async () => {
    const client = await MongoClient.connect(uri, { auth: { username: user, password } });
    try {
      await expect(client.db(`${database}-2`).collection("station_windows").findOne()).rejects.toMatchObject({
        codeName: "Unauthorized",
      });
    } finally {
      await client.close();
    }
  });
}
