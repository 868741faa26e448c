import fc from "fast-check";
import { expect, test } from "vitest";
import { bikeCounts } from "./bike-counts.ts";
import { decodeVehicleTypes, type VehicleTypes } from "./vehicle-types.ts";

const described = decodeVehicleTypes({
  data: {
    vehicle_types: [
      { vehicle_type_id: "bike", form_factor: "bicycle", propulsion_type: "human" },
      { vehicle_type_id: "cargo", form_factor: "cargo_bicycle", propulsion_type: "human" },
      { vehicle_type_id: "ebike", form_factor: "bicycle", propulsion_type: "electric_assist" },
      { vehicle_type_id: 4, form_factor: "cargo_bicycle", propulsion_type: "electric" },
      { vehicle_type_id: "odd", form_factor: "bicycle" },
      { vehicle_type_id: "scooter", form_factor: "scooter_standing", propulsion_type: "electric" },
    ],
  },
});
const types: VehicleTypes = "value" in described ? described.value : new Map();

function available(counts: Record<string, unknown>): unknown[] {
  return Object.entries(counts).map(([vehicle_type_id, count]) => ({ vehicle_type_id, count }));
}

test.each([
  ["1.x", { num_bikes_available: 5 }, [5, null, null]],
  ["3.0", { num_vehicles_available: 5 }, [5, null, null]],
  ["Lyft: e-bikes are part of the bikes", { num_bikes_available: 15, num_ebikes_available: 4 }, [15, 11, 4]],
  ["Lyft: more e-bikes than bikes", { num_bikes_available: 1, num_ebikes_available: 4 }, [1, null, null]],
  ["Vélib", { num_bikes_available: 5, num_bikes_available_types: [{ mechanical: 1 }, { ebike: 4 }] }, [5, 1, 4]],
  ["PBSC", { num_bikes_available: 5, num_bikes_available_types: { mechanical: 1, ebike: 4 } }, [5, 1, 4]],
  ["a split of text", { num_bikes_available: 5, num_bikes_available_types: [{ ebike: "4" }] }, [5, null, Number.NaN]],
  [
    "types",
    { num_bikes_available: 10, vehicle_types_available: available({ bike: 3, cargo: 1, ebike: 4, 4: 2 }) },
    [10, 4, 6],
  ],
  ["types without a total", { vehicle_types_available: available({ bike: 3, ebike: 4 }) }, [7, 3, 4]],
  [
    "scooters in the total",
    { num_vehicles_available: 9, vehicle_types_available: available({ bike: 3, scooter: 6 }) },
    [3, 3, 0],
  ],
  [
    "scooters beside the total",
    { num_bikes_available: 3, vehicle_types_available: available({ bike: 3, scooter: 6 }) },
    [3, 3, 0],
  ],
  [
    "a bicycle of unknown propulsion",
    { num_bikes_available: 4, vehicle_types_available: available({ bike: 3, odd: 1 }) },
    [4, null, null],
  ],
  [
    "a type nobody described",
    { num_bikes_available: 4, vehicle_types_available: available({ bike: 3, new: 1 }) },
    [4, null, null],
  ],
  [
    "none of the types nobody described",
    { num_bikes_available: 3, vehicle_types_available: available({ bike: 3, new: 0 }) },
    [3, 3, 0],
  ],
  [
    "types that do not add up",
    { num_bikes_available: 9, vehicle_types_available: available({ bike: 3 }) },
    [9, null, null],
  ],
  ["an empty list of types", { num_bikes_available: 9, vehicle_types_available: [] }, [9, null, null]],
  [
    "a count of text among the types",
    { num_bikes_available: 9, vehicle_types_available: available({ bike: "9" }) },
    [9, null, null],
  ],
  ["no count at all", {}, [null, null, null]],
  ["a total of text", { num_bikes_available: "9" }, [Number.NaN, null, null]],
] as const)("%s", (_, row, [bikes, mechanical, ebike]) => {
  expect(bikeCounts(row, types)).toEqual({ bikes, mechanical, ebike });
});

test("without vehicle_types the types of a row say nothing", () => {
  const row = { num_bikes_available: 7, vehicle_types_available: available({ bike: 3, ebike: 4 }) };
  expect(bikeCounts(row, null)).toEqual({ bikes: 7, mechanical: null, ebike: null });
});

test("no JSON value makes it throw", () => {
  const names = ["num_bikes_available", "num_ebikes_available", "vehicle_types_available", "num_bikes_available_types"];
  const row = fc.record(Object.fromEntries(names.map((name) => [name, fc.jsonValue()])), { requiredKeys: [] });
  fc.assert(fc.property(row, (value) => void bikeCounts(value, types)));
});
