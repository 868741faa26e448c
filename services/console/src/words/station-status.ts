import type { Station, StationStatus } from "../network/station.ts";
import { counted } from "./numbers.ts";

export const statusInWords: Record<StationStatus, string> = {
  open: "Open",
  not_renting: "No rentals",
  not_returning: "No returns",
  closed: "Closed",
  unknown: "Unknown",
};

export const statusExplained: Record<StationStatus, string> = {
  open: "In service",
  not_renting: "In service for returns only: bikes cannot be rented here now",
  not_returning: "In service for rentals only: bikes cannot be returned here now",
  closed: "Out of service",
  unknown: "The feed does not tell the state of this station now",
};

/** One line about the station as it is now: "7 bikes (3 e-bikes), 12 docks". */
export function nowInWords(station: Pick<Station, "status" | "bikes" | "ebike" | "docks">): string {
  if (station.status === "closed") return "Closed";
  if (station.status === "unknown" || station.bikes === null) return "Unknown";
  const bikes = counted(station.bikes, "bike", "bikes");
  const split = station.ebike === null ? "" : ` (${counted(station.ebike, "e-bike", "e-bikes")})`;
  const counts = `${bikes}${split}, ${counted(station.docks, "dock", "docks")}`;
  return station.status === "open" ? counts : `${counts} · ${statusInWords[station.status].toLowerCase()}`;
}
