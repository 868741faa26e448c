import type { ExpressionSpecification, StyleSpecification } from "maplibre-gl";
import type { OccupancyScale } from "./occupancy-scale.ts";
import { darkScale, lightScale } from "./occupancy-scale.ts";

export interface MapTheme {
  scale: OccupancyScale;
  water: string;
  land: string;
  zoneBorder: string;
  coast: string;
  zoneLabel: string;
  ring: string;
  halo: string;
  closed: string;
  unknown: string;
  selected: string;
  /** Text on a circle: on the scale's ends, and between them. */
  countOnEnds: string;
  countOnMiddle: string;
}

export const lightTheme: MapTheme = {
  scale: lightScale,
  water: "#e3e8ee",
  land: "#f8f9fa",
  zoneBorder: "#d9dfe6",
  coast: "#cfd7e0",
  zoneLabel: "#8492a3",
  ring: "rgba(25, 32, 42, 0.42)",
  halo: "#f8f9fa",
  closed: "#7b8693",
  unknown: "#5f6b79",
  selected: "#111827",
  countOnEnds: "#ffffff",
  countOnMiddle: "#111827",
};

export const darkTheme: MapTheme = {
  scale: darkScale,
  water: "#0a0d12",
  land: "#151a22",
  zoneBorder: "#2a323e",
  coast: "#323c4a",
  zoneLabel: "#76859a",
  ring: "rgba(5, 8, 12, 0.75)",
  halo: "#151a22",
  closed: "#7d8897",
  unknown: "#a3afbe",
  selected: "#ffffff",
  countOnEnds: "#0a0d12",
  countOnMiddle: "#0a0d12",
};

/** Fonts of the machine: MapLibre draws text itself when a style has no glyphs to fetch. */
const regular = ["Inter", "system-ui", "Segoe UI", "Roboto", "Helvetica Neue", "sans-serif"];

const filled: ExpressionSpecification = ["match", ["get", "mark"], ["filled", "hollow"], true, false];

/** Radius of a station's circle by zoom, px, times its size. */
function radius(extra: number): ExpressionSpecification {
  const at = (px: number): ExpressionSpecification => ["+", ["*", ["get", "size"], px], extra];
  return ["interpolate", ["exponential", 1.4], ["zoom"], 9, at(1.7), 11, at(3.3), 13, at(7), 15, at(14), 17, at(20)];
}

/** The whole style: a blank base and what the stations themselves tell. Needs nothing from the network. */
export function mapStyle(theme: MapTheme): StyleSpecification {
  const empty = { type: "FeatureCollection" as const, features: [] };
  const occupancyStops = theme.scale.stops.flat();
  const byOccupancy = (value: ExpressionSpecification): ExpressionSpecification =>
    // The checker knows stops as pairs only; the scale's are a list of any length.
    ["interpolate", ["linear"], value, ...occupancyStops] as ExpressionSpecification;
  return {
    version: 8,
    sources: {
      zones: { type: "geojson", data: empty, promoteId: "key" },
      borders: { type: "geojson", data: empty },
      labels: { type: "geojson", data: empty },
      stations: { type: "geojson", data: empty, promoteId: "key" },
    },
    layers: [
      { id: "water", type: "background", paint: { "background-color": theme.water } },
      {
        id: "zones",
        type: "fill",
        source: "zones",
        paint: {
          // The outlines that antialiasing draws also close the hairlines between a zone's cells.
          "fill-antialias": true,
          "fill-color": [
            "case",
            ["==", ["typeof", ["feature-state", "occupancy"]], "number"],
            byOccupancy(["number", ["feature-state", "occupancy"], 0.5]),
            theme.land,
          ],
        },
      },
      {
        id: "borders",
        type: "line",
        source: "borders",
        layout: { "line-cap": "round" },
        paint: {
          "line-color": ["case", ["get", "coast"], theme.coast, theme.zoneBorder],
          "line-width": ["interpolate", ["linear"], ["zoom"], 9, 0.6, 14, 1.6],
        },
      },
      {
        id: "stations",
        type: "circle",
        source: "stations",
        filter: filled,
        layout: { "circle-sort-key": ["abs", ["-", ["get", "occupancy"], 0.5]] },
        paint: {
          "circle-radius": radius(0),
          "circle-color": ["case", ["==", ["get", "mark"], "hollow"], theme.land, byOccupancy(["get", "occupancy"])],
          "circle-stroke-color": theme.ring,
          "circle-stroke-width": ["interpolate", ["linear"], ["zoom"], 10, 0.5, 14, 1.2],
        },
      },
      {
        id: "station-signs",
        type: "symbol",
        source: "stations",
        filter: ["any", ["get", "restricted"], ["!", filled]],
        layout: {
          "icon-image": ["case", ["get", "restricted"], "restricted", ["get", "mark"]],
          "icon-size": ["interpolate", ["exponential", 1.4], ["zoom"], 9, 0.3, 11, 0.46, 13, 0.8, 15, 1.4, 17, 2],
          "icon-allow-overlap": true,
          "icon-ignore-placement": true,
        },
      },
      {
        id: "station-counts",
        type: "symbol",
        source: "stations",
        minzoom: 14.2,
        filter: ["all", filled, ["!", ["get", "restricted"]]],
        layout: {
          "text-field": ["get", "label"],
          "text-font": regular,
          "text-size": ["interpolate", ["linear"], ["zoom"], 14, 10.5, 17, 16],
          "text-allow-overlap": true,
        },
        paint: {
          "text-color": [
            "step",
            ["get", "occupancy"],
            theme.countOnEnds,
            0.08,
            theme.countOnMiddle,
            0.92,
            theme.countOnEnds,
          ],
        },
      },
      {
        id: "zone-labels",
        type: "symbol",
        source: "labels",
        layout: {
          // Where stations carry numbers, a zone that is called by one must not be taken for a count.
          "text-field": ["step", ["zoom"], ["get", "name"], 13, ["get", "title"]],
          "text-font": regular,
          "text-size": ["interpolate", ["linear"], ["zoom"], 10, 10, 14, 14],
          "text-max-width": 7,
          "text-padding": 6,
        },
        paint: { "text-color": theme.zoneLabel, "text-halo-color": theme.halo, "text-halo-width": 1.6 },
      },
      {
        id: "station-hover",
        type: "circle",
        source: "stations",
        filter: ["==", ["get", "key"], ""],
        paint: {
          "circle-radius": radius(3),
          "circle-opacity": 0,
          "circle-stroke-color": theme.selected,
          "circle-stroke-opacity": 0.55,
          "circle-stroke-width": 2,
        },
      },
      {
        id: "station-selected",
        type: "circle",
        source: "stations",
        filter: ["==", ["get", "key"], ""],
        paint: {
          "circle-radius": radius(5),
          "circle-opacity": 0,
          "circle-stroke-color": theme.selected,
          "circle-stroke-width": 3,
        },
      },
    ],
  };
}
