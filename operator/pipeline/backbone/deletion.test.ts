import { expect, it } from "vitest";
import { claimsToDelete, foreignData } from "./deletion.ts";
import { ownInfrastructure, pipelineOf } from "./testing/backbone-pipeline.ts";

it.each([
  ["keeps MongoDB's volumes", "Retain", {}, null],
  ["deletes MongoDB's volumes, which its operator leaves", "Delete", {}, { app: "paris-svc" }],
  ["has no volumes in a replica set of the user's own", "Delete", ownInfrastructure, null],
])("%s with %s", (_case, deletionPolicy, spec, expected) => {
  expect(claimsToDelete(pipelineOf({ ...spec, deletionPolicy }))).toEqual(expected);
});

it("knows what is left in systems of the user's own", () => {
  expect(foreignData(pipelineOf({ ...ownInfrastructure, prefix: "velib-paris" }))).toEqual([
    { component: "kafka", names: ["velib-paris.observations", "velib-paris.stations", "velib-paris.dead-letters"] },
    { component: "mongodb", names: ["velib-paris"] },
    { component: "cassandra", names: ["velib_paris"] },
  ]);
});

it("leaves nothing where all was made for the pipeline", () => {
  expect(foreignData(pipelineOf())).toEqual([]);
});
