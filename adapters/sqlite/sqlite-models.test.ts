import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, it } from "vitest";
import { modelStoreContract } from "../../test/contracts/model-store-contract.ts";
import { storedModel } from "../../test/contracts/models.ts";
import { openDataDir } from "./data-dir.ts";
import { SqliteModels } from "./sqlite-models.ts";

modelStoreContract("SQLite", async (id) => {
  const dir = mkdtempSync(join(tmpdir(), `${id}-`));
  let models = SqliteModels.open(dir);
  return {
    port: models,
    async reopen() {
      await models.close();
      models = SqliteModels.open(dir);
      return models;
    },
    async close() {
      await models.close();
      rmSync(dir, { recursive: true });
    },
  };
});

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "velib-models-"));
});

afterEach(() => rmSync(dir, { recursive: true }));

it("is written while another process owns the data dir", async () => {
  const owner = openDataDir(dir);
  const models = SqliteModels.open(dir);

  await models.put(storedModel({ version: "a", trainedAt: 1 }));

  expect(await models.versions("paris", "full-60m")).toHaveLength(1);
  await models.close();
  owner.close();
});

it("refuses a file of a newer release", () => {
  const newer = new DatabaseSync(join(dir, "models.sqlite"));
  newer.exec("PRAGMA user_version = 99");
  newer.close();

  expect(() => SqliteModels.open(dir)).toThrow(expect.objectContaining({ code: "VELIB_DATA_DIR_NEWER" }));
});
