import type { Attribution } from "../../core/ports/source.ts";
import type { HttpClient } from "../http/http-client.ts";
import { RemoteDocument } from "../http/remote-document.ts";
import type { FeedUrls } from "./discovery.ts";
import { type Period, SlowFeed } from "./slow-feed.ts";
import { decodeInformation, type StationInformation } from "./station-information.ts";
import { decodeStatus, type StatusBody } from "./station-status.ts";
import { decodeAttribution } from "./system-information.ts";
import { decodeVehicleTypes, type VehicleTypes } from "./vehicle-types.ts";

const hourMs = 3600 * 1000;
/** For what hardly ever changes, whatever the `ttl`: addresses (a moved status is noticed by its 404) and licences. */
export const hourly: Period = { defaultMs: hourMs, leastMs: hourMs };
const byItsTtl: Period = { defaultMs: hourMs, leastMs: 0 };

/** The feeds of a network that are read beside its `gbfs.json`. */
export interface Feeds {
  urls: FeedUrls;
  status: RemoteDocument<StatusBody>;
  information: SlowFeed<StationInformation>;
  /** Null when the network describes no vehicle types. */
  vehicleTypes: SlowFeed<VehicleTypes> | null;
  systemInformation: SlowFeed<Attribution> | null;
}

/** The feeds at the addresses; those of `known`, with all they remember, while the addresses are the same. */
export function feedsAt(urls: FeedUrls, known: Feeds | null, client: HttpClient): Feeds {
  if (known !== null && addresses(known.urls) === addresses(urls)) return known;
  const { status, information, vehicleTypes, systemInformation } = urls;
  return {
    urls,
    status: new RemoteDocument(client, status, decodeStatus),
    information: new SlowFeed(client, information, decodeInformation, byItsTtl),
    vehicleTypes: vehicleTypes && new SlowFeed(client, vehicleTypes, decodeVehicleTypes, byItsTtl),
    systemInformation: systemInformation && new SlowFeed(client, systemInformation, decodeAttribution, hourly),
  };
}

function addresses({ status, information, vehicleTypes, systemInformation }: FeedUrls): string {
  return [status, information, vehicleTypes, systemInformation].map((url) => url?.href ?? "").join(" ");
}
