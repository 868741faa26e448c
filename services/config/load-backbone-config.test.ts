import { expect, it } from "vitest";
import { parse } from "yaml";
import { checkBackboneConfig } from "./load-backbone-config.ts";
import { backboneExample } from "./reference.ts";

const least = { pipeline: "paris", kafka: { bootstrapServers: ["kafka:9092"] } };
const randomUser = { url: "https://users.example.org/api/" };

it("accepts the example of the reference page", () => {
  const config = checkBackboneConfig(parse(backboneExample.join("\n")), "example");

  expect(config.kafka.authentication?.mechanism).toBe("scram-sha-512");
  expect(config.users?.personalData).toMatchObject({ email: "hash", phone: "omit", address: "omit" });
});

it("fills in what a small file leaves out, and leaves every personal datum out", () => {
  const config = checkBackboneConfig({ ...least, users: { randomUser } }, "small.yaml");

  expect(config).toMatchObject({
    http: { host: "127.0.0.1", port: 8080 },
    aggregation: { window: "3m", allowedLateness: "30s" },
    kafka: { partitions: 3, replication: 1, retention: "7d" },
    users: { randomUser: { interval: "1m", results: 100 }, personalData: { email: "omit" } },
  });
});

it.each([
  ["no pipeline", { kafka: least.kafka }, "pipeline"],
  ["a pipeline that can't name a database", { ...least, pipeline: "Paris_1" }, "pipeline"],
  ["no Kafka", { pipeline: "paris" }, "kafka"],
  ["no brokers", { ...least, kafka: { bootstrapServers: [] } }, "kafka.bootstrapServers"],
  ["an unknown key", { ...least, kafka: { ...least.kafka, topic: "x" } }, "kafka.topic"],
  ["a password instead of its file", { ...least, mongodb: { uri: "mongodb://m", password: "x" } }, "mongodb.password"],
  ["a MongoDB without an address", { ...least, mongodb: { database: "paris" } }, "mongodb.uri"],
  ["a MongoDB with two addresses", { ...least, mongodb: { uri: "mongodb://m", uriFile: "/uri" } }, "mongodb.uri"],
  [
    "a login to Kafka without a user",
    { ...least, kafka: { ...least.kafka, authentication: { passwordFile: "/password" } } },
    "kafka.authentication.username",
  ],
  [
    "a user name given twice",
    { ...least, cassandra: { contactPoints: ["c"], localDataCenter: "dc1", username: "u", usernameFile: "/u" } },
    "cassandra.usernameFile",
  ],
  ["a time zone that is none", { ...least, batch: { timeZone: "Paris" } }, "batch.timeZone"],
  ["a report without SQL", { ...least, batch: { reports: [{ name: "full" }] } }, "batch.reports[0].sql"],
  ["a users API without an address", { ...least, users: { randomUser: { url: "here" } } }, "users.randomUser.url"],
  [
    "a source that is called as the users flow",
    { ...least, sources: [{ name: "users", simulator: {} }] },
    "sources[0].name",
  ],
])("refuses %s, naming the field", (_case, given, field) => {
  const check = () => checkBackboneConfig(given, "pipeline.yaml");

  expect(check).toThrow(expect.objectContaining({ code: "VELIB_CONFIG_INVALID" }));
  expect(check).toThrow(`pipeline.yaml: ${field}`);
});
