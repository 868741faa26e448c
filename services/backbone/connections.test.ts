import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { checkBackboneConfig } from "../config/load-backbone-config.ts";
import { cassandraOptions } from "./connections.ts";

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "velib-connections-"));
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

function configWith(certFile: string) {
  const tls = { certFile };
  const cassandra = { contactPoints: ["c"], localDataCenter: "dc1", tls };
  return checkBackboneConfig({ pipeline: "p", kafka: { bootstrapServers: ["k:9092"] }, cassandra }, "test");
}

it("gives Cassandra's certificate as its file holds it at each asking, the last one while it is away", () => {
  const certFile = join(dir, "tls.crt");
  writeFileSync(certFile, "one\n");
  const { tls } = cassandraOptions(configWith(certFile), "archive");
  const seen = [tls?.cert];

  writeFileSync(certFile, "two\n");
  seen.push(tls?.cert);
  rmSync(certFile);
  seen.push(tls?.cert);

  expect(seen).toEqual(["one", "two", "two"]);
  expect(tls?.key).toBeUndefined();
});

it("says at the start that a certificate can't be read", () => {
  expect(() => cassandraOptions(configWith("/nowhere/tls.crt"), "archive")).toThrow(
    expect.objectContaining({ code: "VELIB_CONFIG_UNREADABLE" }),
  );
});
