import type { Attribution } from "../../core/ports/source.ts";
import { unknownLicence } from "../attribution/known-networks.ts";
import { type Decoded, unexpectedFormat } from "../http/json-body.ts";
import { text } from "../http/json-value.ts";
import { dataOf, localizedText } from "./gbfs-value.ts";

/** Decodes whom a system_information names as the publisher and under which licence (2.x and 3.0 fields). */
export function decodeAttribution(body: unknown): Decoded<Attribution> {
  const data = dataOf(body);
  if (data === null) return unexpectedFormat("system_information ({data: {…}})", body);
  const publisher =
    localizedText(data.attribution_organization_name) ?? localizedText(data.operator) ?? localizedText(data.name);
  const named = publisher ?? "unnamed network";
  const home = text(data.attribution_url) ?? text(data.url);
  const licence = text(data.license_id) ?? text(data.license_url);
  if (licence === null) return { value: unknownLicence(named, home) };
  return { value: { text: named, licence, url: text(data.license_url) ?? home } };
}
