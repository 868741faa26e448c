import { attributionOfHost, unknownLicence } from "../../adapters/attribution/known-networks.ts";
import { shownUrl } from "../../adapters/http/shown-url.ts";
import { durationMs } from "../../core/time/duration.ts";
import type { SourceDescription } from "../api/source-description.ts";
import type { SourceConfig } from "../config/config.ts";
import { defaultIntervalMs } from "../sources/open-source.ts";
import { simulatedAttribution } from "../sources/simulated-source.ts";

/** What can be said of a source by its configuration alone: this process does not open it. */
export function describeSource(config: SourceConfig): SourceDescription {
  const { name, url, recording, interval } = config;
  const intervalMs = interval === undefined ? defaultIntervalMs : durationMs(interval);
  if (recording !== undefined) {
    const attribution = unknownLicence(`Recording ${recording.path}`, null);
    return { name, kind: "recording", description: recording.path, attribution, simulated: false, intervalMs };
  }
  const address = URL.parse(url?.address ?? "");
  if (address === null) {
    const description = "a simulated city";
    return { name, kind: "simulator", description, attribution: simulatedAttribution, simulated: true, intervalMs };
  }
  return {
    name,
    kind: address.pathname.endsWith("gbfs.json") ? "gbfs" : "opendatasoft",
    description: shownUrl(address),
    attribution: attributionOfHost(address.hostname) ?? unknownLicence(address.host, address.origin),
    simulated: false,
    intervalMs,
  };
}
