import type { FeedView } from "./feed-view.ts";

/** The feeds of the simulated network, in both versions. */
export const gbfsFeeds = ["system_information", "vehicle_types", "station_information", "station_status"] as const;
export type GbfsFeed = (typeof gbfsFeeds)[number];

/** The language the simulated network speaks. */
const language = "fr";

/**
 * Discovery of GBFS 2.3 (MobilityData, gbfs.json): the feeds by language.
 * @param folder URL of the folder the feeds lie in
 */
export function discovery2(folder: string): object {
  const names = [...gbfsFeeds, "gbfs_versions"];
  return { [language]: { feeds: names.map((name) => ({ name, url: `${folder}/${name}.json` })) } };
}

/** The `data` of a feed by GBFS 2.3: POSIX seconds, booleans, names in one language. */
export function feed2(feed: GbfsFeed, view: FeedView): object {
  switch (feed) {
    case "system_information":
      return {
        system_id: "velib-simulator",
        language,
        name: "Ville simulée",
        operator: "velib simulate",
        timezone: "Europe/Paris",
        attribution_organization_name: "velib simulate (made-up data)",
        license_id: "CC0-1.0",
      };
    case "vehicle_types":
      return {
        vehicle_types: [
          { vehicle_type_id: "mechanical", form_factor: "bicycle", propulsion_type: "human", name: "Vélo mécanique" },
          {
            vehicle_type_id: "ebike",
            form_factor: "bicycle",
            propulsion_type: "electric_assist",
            max_range_meters: 50_000,
            name: "Vélo électrique",
          },
        ],
      };
    case "station_information":
      return { stations: view.rows.map((row) => information(view, row)) };
    case "station_status":
      return { stations: view.rows.map((row) => status(view, row)) };
  }
}

function information({ city }: FeedView, row: number): object {
  const { code, name, lat, lon, capacity } = city.stations[row]!;
  return { station_id: code, name, short_name: code, lat, lon, capacity };
}

function status({ city, state }: FeedView, row: number): object {
  const mechanical = state.mechanical[row]!;
  const ebike = state.ebike[row]!;
  const operating = state.operating[row] === 1;
  return {
    station_id: city.stations[row]!.code,
    is_installed: state.installed[row] === 1,
    is_renting: operating,
    is_returning: operating,
    last_reported: Math.floor(state.reportedAt[row]! / 1000),
    num_vehicles_available: mechanical + ebike,
    num_bikes_available: mechanical + ebike,
    num_docks_available: state.docks[row]!,
    vehicle_types_available: [
      { vehicle_type_id: "mechanical", count: mechanical },
      { vehicle_type_id: "ebike", count: ebike },
    ],
  };
}
