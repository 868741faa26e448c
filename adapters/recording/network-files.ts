import { join } from "node:path";
import type { Attribution } from "../../core/ports/source.ts";
import { decodeInformation, type StationInformation } from "../gbfs/station-information.ts";
import { decodeAttribution } from "../gbfs/system-information.ts";
import { decodeVehicleTypes, type VehicleTypes } from "../gbfs/vehicle-types.ts";
import type { Decoded } from "../http/json-body.ts";
import { readBody } from "./body-file.ts";
import { badFormat } from "./recording-error.ts";

/** The GBFS feeds beside the recorded station_status bodies; null for those that were not recorded. */
export interface NetworkFiles {
  information: StationInformation | null;
  types: VehicleTypes | null;
  attribution: Attribution | null;
}

const feeds = { information: "station_information", types: "vehicle_types", system: "system_information" };

/** Whether a file is one of these feeds and not a poll: their names tell. */
export function isNetworkFile(name: string): boolean {
  return Object.values(feeds).some((feed) => name.includes(feed));
}

/**
 * Reads the network's feeds of a folder, the oldest of each.
 * @throws VelibError VELIB_RECORDING_UNREADABLE, VELIB_RECORDING_FORMAT
 */
export async function networkFiles(folder: string, names: readonly string[]): Promise<NetworkFiles> {
  const read = <T>(feed: string, decode: (body: unknown) => Decoded<T>) => readFeed(folder, names, feed, decode);
  return {
    information: await read(feeds.information, decodeInformation),
    types: await read(feeds.types, decodeVehicleTypes),
    attribution: await read(feeds.system, decodeAttribution),
  };
}

async function readFeed<T>(
  folder: string,
  names: readonly string[],
  feed: string,
  decode: (body: unknown) => Decoded<T>,
): Promise<T | null> {
  const name = names.toSorted().find((candidate) => candidate.includes(feed));
  if (name === undefined) return null;
  const path = join(folder, name);
  const body = await readBody(path);
  const decoded = "problem" in body ? body : decode(body.value);
  if ("value" in decoded) return decoded.value;
  throw badFormat(path, decoded.problem.detail, "replace it or take it away");
}
