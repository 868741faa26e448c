import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MongoClient } from "mongodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MongodbModels } from "../../../adapters/mongodb/mongodb-models.ts";
import type { TrainingResult } from "../../../core/models/training-result.ts";
import { modelStoreContract } from "../../contracts/model-store-contract.ts";
import { uniqueName } from "../../contracts/opened.ts";
import { runVelib } from "../../e2e/velib-process.ts";
import type { TwoHistories } from "../batch/commuters-in-cassandra.ts";
import { commutersTwice } from "../batch/commuters-in-cassandra.ts";
import { dropKeyspace } from "../cassandra/fixtures.ts";
import { documentsOf } from "../mongodb/fixtures.ts";
import { describeReal } from "../servers.ts";

async function dropDatabase(uri: string, database: string): Promise<void> {
  const client = new MongoClient(uri);
  await client.db(database).dropDatabase();
  await client.close();
}

describeReal("MongoDB keeps the contract of the model store", ["mongodb"], ({ mongodb: uri }) => {
  modelStoreContract("MongoDB", async (id) => {
    const options = { uri, database: `velib_test_${id}` };
    let models = await MongodbModels.open(options);
    return {
      port: models,
      async reopen() {
        await models.close();
        models = await MongodbModels.open(options);
        return models;
      },
      async close() {
        await models.close();
        await dropDatabase(uri, options.database);
      },
    };
  });
});

describeReal("velib train on Cassandra and MongoDB", ["cassandra", "mongodb"], ({ cassandra, mongodb: uri }) => {
  const pipeline = uniqueName("train").replaceAll("_", "");
  let dir: string;
  let histories: TwoHistories;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "velib-real-train-"));
    histories = await commutersTwice(dir, pipeline, cassandra, { mongodb: { uri } });
  });

  afterAll(async () => {
    await dropKeyspace(cassandra, pipeline);
    await dropDatabase(uri, pipeline);
    await rm(dir, { recursive: true });
  });

  async function train(...args: string[]): Promise<TrainingResult> {
    const { code, stdout, stderr } = await runVelib(["train", ...args]);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    return JSON.parse(stdout);
  }

  describe("a model", () => {
    it.each([
      ["all stations, read at once", []],
      ["two stations, read one by one", ["--station", "30002", "30004", "--name", "two"]],
    ])("of %s is the one that the data dir's history gives", async (_what, args) => {
      const embedded = await train("--data-dir", histories.dataDir, ...args);

      const real = await train("--config", histories.config, ...args);

      expect(real).toEqual({ ...embedded, duration_seconds: real.duration_seconds });
      expect(real.outcome).toBe("Promoted");
    });

    it("lies in the database beside its scores, and is rolled back by a pin", async () => {
      const first = await train("--config", histories.config, "--name", "pinned", "--l2", "1000");
      await train("--config", histories.config, "--name", "pinned");

      const pinned = await train("--config", histories.config, "--name", "pinned", "--pin", first.model_version ?? "");

      const serving = await documentsOf(uri, pipeline, "serving_models");
      const models = await documentsOf(uri, pipeline, "models");
      expect(pinned).toMatchObject({ reason: "Pinned", serving_version: first.model_version });
      expect(serving).toContainEqual({ _id: { source: "suburb", name: "pinned" }, version: first.model_version });
      expect(models.find(({ version }) => version === first.model_version)).toMatchObject({
        source: "suburb",
        name: "pinned",
        result: { candidate: { brier: first.candidate?.brier } },
      });
    });
  });
});
