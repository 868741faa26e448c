import { expect, it } from "vitest";
import { parseMigration, readMigrations } from "./migrations.ts";

it("reads the steps oldest first, numbered without a gap", () => {
  const migrations = readMigrations();

  expect(migrations.map(({ version }) => version)).toEqual(migrations.map((_, n) => n + 1));
  expect(migrations.flatMap(({ statements }) => statements).every((one) => one.includes("{keyspace}."))).toBe(true);
});

it("takes a file apart at the semicolons that end a line, and leaves comments out", () => {
  const { statements } = parseMigration("003-x.cql", "-- why; so\nCREATE a;\n\n  -- more\nCREATE b\n  c;\n");

  expect(statements).toEqual(["CREATE a", "CREATE b\n  c"]);
});

it("refuses a file without a number", () => {
  expect(() => parseMigration("x.cql", "")).toThrow(/001-history\.cql/);
});
