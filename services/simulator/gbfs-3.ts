import type { FeedView } from "./feed-view.ts";
import type { GbfsFeed } from "./gbfs-2.ts";
import { gbfsFeeds } from "./gbfs-2.ts";

interface Localized {
  text: string;
  language: string;
}

/**
 * Discovery of GBFS 3.0 (MobilityData, gbfs.json): one list, no languages.
 * @param folder URL of the folder the feeds lie in
 */
export function discovery3(folder: string): object {
  const names = [...gbfsFeeds, "gbfs_versions"];
  return { feeds: names.map((name) => ({ name, url: `${folder}/${name}.json` })) };
}

/** RFC 3339 in UTC without fractions, as GBFS 3.0 writes every time. */
export function rfc3339(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

/** The `data` of a feed by GBFS 3.0: RFC 3339 times, localized names, vehicles instead of bikes. */
export function feed3(feed: GbfsFeed, view: FeedView): object {
  switch (feed) {
    case "system_information":
      return {
        system_id: "velib-simulator",
        languages: ["fr", "en"],
        name: localized("Ville simulée", "Simulated city"),
        opening_hours: "24/7",
        operator: localized("velib simulate", "velib simulate"),
        feed_contact_email: "simulator@example.org",
        timezone: "Europe/Paris",
        attribution_organization_name: localized("velib simulate (données inventées)", "velib simulate (made-up data)"),
        license_id: "CC0-1.0",
      };
    case "vehicle_types":
      return {
        vehicle_types: [
          {
            vehicle_type_id: "mechanical",
            form_factor: "bicycle",
            propulsion_type: "human",
            name: localized("Vélo mécanique", "Mechanical bike"),
          },
          {
            vehicle_type_id: "ebike",
            form_factor: "bicycle",
            propulsion_type: "electric_assist",
            max_range_meters: 50_000,
            name: localized("Vélo électrique", "E-bike"),
          },
        ],
      };
    case "station_information":
      return { stations: view.rows.map((row) => information(view, row)) };
    case "station_status":
      return { stations: view.rows.map((row) => status(view, row)) };
  }
}

function localized(french: string, english: string): Localized[] {
  return [
    { text: french, language: "fr" },
    { text: english, language: "en" },
  ];
}

function information({ city }: FeedView, row: number): object {
  const { code, name, lat, lon, capacity } = city.stations[row]!;
  return {
    station_id: code,
    name: [{ text: name, language: "fr" }],
    short_name: [{ text: code, language: "fr" }],
    lat,
    lon,
    capacity,
  };
}

function status({ city, state }: FeedView, row: number): object {
  const mechanical = state.mechanical[row]!;
  const ebike = state.ebike[row]!;
  const operating = state.operating[row] === 1;
  return {
    station_id: city.stations[row]!.code,
    num_vehicles_available: mechanical + ebike,
    vehicle_types_available: [
      { vehicle_type_id: "mechanical", count: mechanical },
      { vehicle_type_id: "ebike", count: ebike },
    ],
    num_docks_available: state.docks[row]!,
    is_installed: state.installed[row] === 1,
    is_renting: operating,
    is_returning: operating,
    last_reported: rfc3339(state.reportedAt[row]!),
  };
}
