import fc from "fast-check";
import { expect, it } from "vitest";
import { backboneNames, boundedName, instanceLabel } from "./backbone-names.ts";
import { pipelineOf } from "./testing/backbone-pipeline.ts";

const resourceName = fc.stringMatching(/^[a-z0-9]([a-z0-9.-]{0,80}[a-z0-9])?$/);

it("calls the partners' objects as the pipeline is called", () => {
  expect(backboneNames(pipelineOf({}, "paris-velib"))).toEqual({
    kafka: "paris-velib",
    kafkaUser: "paris-velib-kafka-user",
    mongodb: "paris-velib",
    mongodbSecret: "paris-velib-mongodb-user",
    cassandra: "paris-velib",
    cassandraSecret: "paris-velib-cassandra-superuser",
  });
});

it.each([
  ["is too long", "a-pipeline-with-quite-a-long-name", 19],
  ["is too short for Cassandra's cluster name", "a", 19],
  ["has dots", "paris.velib", 19],
  ["begins with a digit", "7-cities", 19],
])("a name that %s gets a hash and fits", (_case, name, longest) => {
  const bounded = boundedName(name, longest);

  expect(bounded).toMatch(/^[a-z][a-z0-9-]*-[0-9a-z]{5}$/);
  expect(bounded.length).toBeLessThanOrEqual(longest);
});

it("keeps two long names apart, the same ones each time", () => {
  const long = "the-bikes-of-a-large-city";

  expect(boundedName(`${long}-1`, 19)).not.toBe(boundedName(`${long}-2`, 19));
  expect(boundedName(`${long}-1`, 19)).toBe(boundedName(`${long}-1`, 19));
});

it("leaves room for what the operators derive from the names, whatever the pipeline is called", () => {
  fc.assert(
    fc.property(resourceName, (name) => {
      const pipeline = pipelineOf({ prefix: "paris" }, name);
      const { kafka, kafkaUser, mongodb, mongodbSecret, cassandra, cassandraSecret } = backboneNames(pipeline);
      const labels = [
        `${kafka}-${kafka}-999`,
        `${kafka}-kafka-bootstrap`,
        `${cassandra}-${cassandra}-additional-seed-service`,
        kafkaUser,
        mongodbSecret,
        instanceLabel(pipeline),
      ];
      // The hash of a StatefulSet's revision is a label of its pods: eleven characters with its dash.
      const statefulSets = [`${mongodb}-arb`, `${cassandra}-${cassandra}-r1-sts`];

      for (const label of labels) expect(label).toMatch(/^[a-z][a-z0-9-]{0,61}[a-z0-9]$/);
      for (const statefulSet of statefulSets) expect(statefulSet).toMatch(/^[a-z][a-z0-9-]{0,50}[a-z0-9]$/);
      expect(cassandraSecret.length).toBeLessThanOrEqual(253);
    }),
  );
});
