import { type Decoded, unexpectedFormat } from "../http/json-body.ts";
import { code, isObject, type JsonObject } from "../http/json-value.ts";
import { dataOf } from "./gbfs-value.ts";

/** What a vehicle type counts as: `bike` is a bicycle of which it is not said whether it has a motor. */
export type VehicleKind = "mechanical" | "ebike" | "bike" | "other";

/** The kinds of a network's vehicles by `vehicle_type_id`. */
export type VehicleTypes = Map<string, VehicleKind>;

/** Decodes a `vehicle_types.json` (since 2.1). */
export function decodeVehicleTypes(body: unknown): Decoded<VehicleTypes> {
  const list = dataOf(body)?.vehicle_types;
  if (!Array.isArray(list)) return unexpectedFormat("{data: {vehicle_types: […]}}", body);
  const types: VehicleTypes = new Map();
  for (const type of list) {
    const id = isObject(type) ? code(type.vehicle_type_id) : null;
    if (isObject(type) && id !== null) types.set(id, kindOf(type));
  }
  return { value: types };
}

function kindOf(type: JsonObject): VehicleKind {
  if (type.form_factor !== "bicycle" && type.form_factor !== "cargo_bicycle") return "other";
  if (type.propulsion_type === "human") return "mechanical";
  return type.propulsion_type === "electric_assist" || type.propulsion_type === "electric" ? "ebike" : "bike";
}
