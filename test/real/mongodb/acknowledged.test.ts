import { MongoClient } from "mongodb";
import { expect, it } from "vitest";
import { MongodbModels } from "../../../adapters/mongodb/mongodb-models.ts";
import { storedModel } from "../../contracts/models.ts";
import { describeReal } from "../servers.ts";
import { freshDatabase } from "./fixtures.ts";

describeReal("what is written to MongoDB", ["mongodb"], ({ mongodb: uri }) => {
  it("is acknowledged by the majority, and numbered so that the driver can safely repeat it", async () => {
    const database = freshDatabase(uri);
    const client = new MongoClient(uri);
    const models = await MongodbModels.open({ uri, database });
    await client.db(database).command({ profile: 2 });

    await models.put(storedModel({ version: "1", trainedAt: 1 }));
    await client.db(database).command({ profile: 0 });

    const writes = client
      .db(database)
      .collection("system.profile")
      .find({ op: "insert", ns: `${database}.models` });
    const [insert] = await writes.toArray();
    expect(insert?.command).toMatchObject({ writeConcern: { w: "majority" }, txnNumber: expect.anything() });
    await models.close();
    await client.close();
  });
});
