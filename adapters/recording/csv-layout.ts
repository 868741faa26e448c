import type { Attribution } from "../../core/ports/source.ts";
import { osloAttribution, velibAttribution } from "../attribution/known-networks.ts";
import { badFormat } from "./recording-error.ts";

/** Which column of a status CSV holds what. */
export interface StatusColumns {
  /** The poll's time, ISO 8601 in UTC. */
  at: string;
  station: string;
  installed: string;
  renting: string;
  returning: string;
  bikes: string;
  mechanical: string;
  ebike: string;
  docks: string;
  /** The station's own time. */
  reportedAt: string;
  /** Null: the recording does not carry it. */
  capacity: string | null;
  /** The feed's own clock; null: the newest `reportedAt` stands for it. */
  feedTime: string | null;
}

/** A kind of status CSV. */
export interface CsvLayout {
  columns: StatusColumns;
  /** How `reportedAt` and `feedTime` are written: ISO 8601 with an offset, or POSIX seconds. */
  times: "iso" | "posix";
  attribution: Attribution;
}

const opendatasoft: CsvLayout = {
  columns: {
    at: "polled_at",
    station: "stationcode",
    installed: "is_installed",
    renting: "is_renting",
    returning: "is_returning",
    bikes: "numbikesavailable",
    mechanical: "mechanical",
    ebike: "ebike",
    docks: "numdocksavailable",
    reportedAt: "duedate",
    capacity: "capacity",
    feedTime: null,
  },
  times: "iso",
  attribution: velibAttribution,
};

const gbfs: CsvLayout = {
  columns: {
    at: "committed_at",
    station: "station_id",
    installed: "is_installed",
    renting: "is_renting",
    returning: "is_returning",
    bikes: "num_bikes_available",
    mechanical: "bike",
    ebike: "ebike",
    docks: "num_docks_available",
    reportedAt: "last_reported",
    capacity: null,
    feedTime: "last_updated",
  },
  times: "posix",
  attribution: osloAttribution,
};

/**
 * The layout whose columns a header has, in any order and with others between them.
 * @throws VelibError VELIB_RECORDING_FORMAT that names the columns that are missing from the layout it comes closest to
 */
export function layoutOf(header: readonly string[], path: string): CsvLayout {
  const [closest, other] = [opendatasoft, gbfs].toSorted(
    (a, b) => missing(a, header).length - missing(b, header).length,
  );
  const lacking = missing(closest!, header);
  if (lacking.length === 0) return closest!;
  const isNeither = missing(other!, header).length === lacking.length;
  const names = isNeither ? missing(opendatasoft, header) : lacking;
  throw badFormat(
    path,
    `its header lacks the column${names.length > 1 ? "s" : ""} ${names.join(", ")}`,
    "record those too or rename what holds them",
  );
}

function missing({ columns }: CsvLayout, header: readonly string[]): string[] {
  return Object.values(columns).filter((name) => typeof name === "string" && !header.includes(name));
}
