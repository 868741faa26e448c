import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, it } from "vitest";
import { inTransaction } from "./transaction.ts";

let database: DatabaseSync;

beforeEach(() => {
  database = new DatabaseSync(":memory:");
  database.exec("CREATE TABLE rows (content TEXT)");
});

afterEach(() => database.close());

function count(): unknown {
  return database.prepare("SELECT count(*) AS n FROM rows").get()?.n;
}

it("keeps all of the work and hands on its result", () => {
  const result = inTransaction(database, () => {
    database.exec("INSERT INTO rows VALUES ('a'), ('b')");
    return "done";
  });

  expect(result).toBe("done");
  expect(count()).toBe(2);
});

it("keeps none of the work when it throws, and can be used again", () => {
  const failing = () =>
    inTransaction(database, () => {
      database.exec("INSERT INTO rows VALUES ('a')");
      throw new Error("in the middle");
    });

  expect(failing).toThrow("in the middle");
  expect(count()).toBe(0);
  inTransaction(database, () => database.exec("INSERT INTO rows VALUES ('a')"));
  expect(count()).toBe(1);
});

it("says that there is no room, not that nothing is left to roll back", () => {
  database.exec("PRAGMA max_page_count = 3");

  const filling = () =>
    inTransaction(database, () => {
      const insert = database.prepare("INSERT INTO rows VALUES (?)");
      for (let n = 0; n < 100; n++) insert.run("x".repeat(4000));
    });

  expect(filling).toThrow(expect.objectContaining({ code: "VELIB_DATA_DIR_FULL", exitCode: 1, retryable: true }));
  expect(count()).toBe(0);
});
