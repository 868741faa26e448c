import { expect, it } from "vitest";
import { ownTables, ownTypes } from "./delete-pipeline.ts";
import { readMigrations } from "./migrations.ts";

it("deletes every table and type that the migrations make, and last those that say what is applied", () => {
  const migrations = readMigrations();
  const text = migrations.flatMap(({ statements }) => statements).join("\n");

  expect(ownTables(migrations).slice(-2)).toEqual(["schema_lock", "schema_migrations"]);
  expect(ownTables(migrations)).toHaveLength(text.match(/CREATE TABLE/gi)!.length + 2);
  expect(ownTypes(migrations)).toHaveLength(text.match(/CREATE TYPE/gi)!.length);
  expect(text).not.toMatch(/CREATE (?!TABLE|TYPE)/i);
});
