import type { GeoJSONSource, LngLatBoundsLike, PaddingOptions, PointLike } from "maplibre-gl";
import { Map as MapLibre, NavigationControl, ScaleControl, setWorkerUrl } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?url";
import "maplibre-gl/dist/maplibre-gl.css";
import type { Stations } from "../network/merge.ts";
import type { Station, Zone } from "../network/station.ts";
import { type MapTheme, mapStyle } from "./map-style.ts";
import { type ServiceArea, serviceArea } from "./service-area.ts";
import { stationChanges, stationCollection } from "./station-features.ts";
import { drawSign, type Sign } from "./station-signs.ts";

// The worker comes from this page's own origin: no blob: URL is needed in the content security policy.
setWorkerUrl(workerUrl);

export interface StationMapListener {
  onSelect(key: string | null): void;
  onHover(key: string | null, x: number, y: number): void;
}

const signs: readonly Sign[] = ["closed", "unknown", "restricted"];
const clickable = ["stations", "station-signs"];
/** Half the side of the square searched round a pointer, px: a finger does not hit a 5 px circle. */
const reachPx = 9;

/** The stations on a MapLibre map without tiles. */
export class StationMap {
  readonly #map: MapLibre;
  readonly #listener: StationMapListener;
  readonly #container: HTMLElement;
  #theme: MapTheme;
  #drawn: Stations = new Map();
  #geometry = "";
  #area: ServiceArea | null = null;
  #selected: string | null = null;
  #zones: readonly Zone[] | null = null;
  #fitted = false;

  constructor(container: HTMLElement, theme: MapTheme, listener: StationMapListener) {
    this.#container = container;
    this.#listener = listener;
    this.#theme = theme;
    this.#map = new MapLibre({
      container,
      style: mapStyle(theme),
      center: [0, 0],
      zoom: 1,
      minZoom: 1,
      maxZoom: 18,
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      locale: { "Map.Title": "Map of the stations. The list beside it holds the same stations." },
    });
    this.#map.touchZoomRotate.disableRotation();
    this.#map.keyboard.disableRotation();
    this.#map.addControl(new NavigationControl({ showCompass: false }), "bottom-right");
    this.#map.addControl(new ScaleControl({ maxWidth: 90 }), "bottom-right");
    this.#map.on("style.load", () => this.#onStyle());
    this.#map.on("mousemove", (event) => this.#hover(this.#stationAt(event.point), event.point.x, event.point.y));
    this.#map.on("mouseout", () => this.#hover(null, 0, 0));
    this.#map.on("movestart", () => {
      this.#container.dataset.idle = "false";
      this.#hover(null, 0, 0);
    });
    this.#map.on("click", (event) => this.#listener.onSelect(this.#stationAt(event.point)));
    this.#map.on("idle", () => this.#tellView());
  }

  /** Draws the stations as they are now: only what differs from what is drawn. */
  show(stations: Stations): void {
    const before = this.#drawn;
    this.#drawn = stations;
    const geometry = geometryOf(stations);
    if (geometry !== this.#geometry) {
      this.#geometry = geometry;
      this.#area = serviceArea(stations.values());
      this.#drawArea();
    }
    if (this.#source("stations") === null) return;
    if (before.size === 0) {
      this.#source("stations")?.setData(stationCollection(stations));
    } else {
      const changes = stationChanges(before, stations);
      if (changes.add.length + changes.update.length + changes.remove.length > 0) {
        this.#source("stations")?.updateData(changes);
      }
    }
    this.#container.dataset.idle = "false";
  }

  /** Colours the zones by their occupancy and lets the stations step back; null: the stations alone. */
  showZones(zones: readonly Zone[] | null): void {
    this.#zones = zones;
    this.#drawZones();
  }

  select(key: string | null): void {
    this.#selected = key;
    if (this.#source("stations") !== null) this.#mark("station-selected", key);
  }

  setTheme(theme: MapTheme): void {
    if (theme === this.#theme) return;
    this.#theme = theme;
    this.#map.setStyle(mapStyle(theme), { diff: false });
  }

  /** Moves so that the stations fill the map; without animation the first time. */
  fit(stations: readonly Station[], padding: PaddingOptions): void {
    const bounds = boundsOf(stations);
    if (bounds === null) return;
    this.#map.fitBounds(bounds, { padding, maxZoom: 16, animate: this.#fitted, duration: 600 });
    this.#fitted = true;
  }

  /** Brings one station into the part of the map that panels leave free. */
  goTo(station: Station, padding: PaddingOptions): void {
    if (station.lat === null || station.lon === null) return;
    const zoom = Math.max(this.#map.getZoom(), 14.5);
    this.#map.easeTo({ center: [station.lon, station.lat], zoom, padding, animate: this.#fitted, duration: 500 });
    // Padding set by easeTo would stay: everything after it would be off centre.
    this.#map.once("moveend", () => this.#map.setPadding({ top: 0, right: 0, bottom: 0, left: 0 }));
    this.#fitted = true;
  }

  remove(): void {
    this.#map.remove();
  }

  #onStyle(): void {
    for (const sign of signs) {
      const image = drawSign(sign, this.#theme, 2);
      if (this.#map.hasImage(sign)) this.#map.removeImage(sign);
      this.#map.addImage(sign, image, { pixelRatio: 2 });
    }
    this.#drawArea();
    this.#source("stations")?.setData(stationCollection(this.#drawn));
    this.select(this.#selected);
    this.#drawZones();
  }

  #drawArea(): void {
    if (this.#area === null) return;
    this.#source("zones")?.setData(this.#area.zones);
    this.#source("borders")?.setData(this.#area.borders);
    this.#source("labels")?.setData(this.#area.labels);
  }

  #drawZones(): void {
    if (this.#source("zones") === null) return;
    this.#map.removeFeatureState({ source: "zones" });
    for (const zone of this.#zones ?? []) {
      if (zone.occupancy !== null) {
        this.#map.setFeatureState({ source: "zones", id: zone.key }, { occupancy: zone.occupancy });
      }
    }
    const visibility = this.#zones === null ? "visible" : "none";
    for (const layer of ["stations", "station-signs", "station-counts"]) {
      this.#map.setLayoutProperty(layer, "visibility", visibility);
    }
    this.#map.setPaintProperty(
      "zone-labels",
      "text-color",
      this.#zones === null ? this.#theme.zoneLabel : this.#theme.selected,
    );
  }

  #hover(key: string | null, x: number, y: number): void {
    this.#map.getCanvas().style.cursor = key === null ? "" : "pointer";
    if (this.#source("stations") !== null) this.#mark("station-hover", key);
    this.#listener.onHover(key, x, y);
  }

  /** The key of the station drawn nearest to a point on the screen, within reach. */
  #stationAt(point: { x: number; y: number }): string | null {
    if (!clickable.every((layer) => this.#map.getLayer(layer) !== undefined)) return null;
    const box: [PointLike, PointLike] = [
      [point.x - reachPx, point.y - reachPx],
      [point.x + reachPx, point.y + reachPx],
    ];
    let nearest: string | null = null;
    let shortest = Number.POSITIVE_INFINITY;
    for (const feature of this.#map.queryRenderedFeatures(box, { layers: clickable })) {
      const station = this.#drawn.get(String(feature.properties.key));
      if (station === undefined || station.lat === null || station.lon === null) continue;
      const at = this.#map.project([station.lon, station.lat]);
      const distance = Math.hypot(at.x - point.x, at.y - point.y);
      if (distance < shortest) {
        shortest = distance;
        nearest = station.key;
      }
    }
    return nearest;
  }

  #mark(layer: string, key: string | null): void {
    this.#map.setFilter(layer, ["==", ["get", "key"], key ?? ""]);
  }

  #source(id: string): GeoJSONSource | null {
    return this.#map.getSource<GeoJSONSource>(id) ?? null;
  }

  /** What is drawn and where, for tests and for whoever drives the page from outside. */
  #tellView(): void {
    const { lng, lat } = this.#map.getCenter();
    const data = this.#container.dataset;
    data.stations = String([...this.#drawn.values()].filter((station) => station.lat !== null).length);
    data.view = `${lng.toFixed(6)},${lat.toFixed(6)},${this.#map.getZoom().toFixed(4)}`;
    data.idle = String(!this.#map.isMoving());
  }
}

function geometryOf(stations: Stations): string {
  let text = "";
  for (const { key, lat, lon, zone } of stations.values()) text += `${key} ${lat} ${lon} ${zone}\n`;
  return text;
}

function boundsOf(stations: readonly Station[]): LngLatBoundsLike | null {
  let bounds: [number, number, number, number] | null = null;
  for (const { lat, lon } of stations) {
    if (lat === null || lon === null) continue;
    if (bounds === null) bounds = [lon, lat, lon, lat];
    else
      bounds = [Math.min(bounds[0], lon), Math.min(bounds[1], lat), Math.max(bounds[2], lon), Math.max(bounds[3], lat)];
  }
  return bounds;
}
