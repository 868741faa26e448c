import { existsSync, readdirSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { build } from "vite";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type City, plainCity, recordedCity, type WireStation } from "../../services/console/fixture/city.ts";
import { type FixtureApi, startFixtureApi } from "../../services/console/fixture/fixture-api.ts";
import { recordingsDir } from "../recordings.ts";

const consoleDir = fileURLToPath(new URL("../../services/console", import.meta.url));
const dist = resolve(consoleDir, "dist");
const browserPath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
const browserArguments = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--enable-unsafe-swiftshader",
  "--use-angle=swiftshader",
];

const data = recordingsDir();
/** The page's clock stands still at this instant, so that ages are exact. */
const now = Date.UTC(2025, 5, 2, 12, 0, 0);
const noCounts = { bikes: null, mechanical: null, ebike: null, docks: null, occupancy: null };

function describeWithChromium(name: string, suite: () => void): void {
  if (existsSync(browserPath)) {
    // A software renderer takes seconds for the first picture on a busy machine.
    describe(name, { timeout: 30_000 }, suite);
    return;
  }
  if (process.env.REQUIRE_REAL === "1") {
    throw new Error(`${name}: there is no browser at ${browserPath}; install chromium or set CHROMIUM_PATH`);
  }
  describe.skip(`${name} [no browser at ${browserPath}: install chromium or set CHROMIUM_PATH]`, suite);
}

/** Builds the console unless the build is newer than everything it is made from. */
async function buildConsole(): Promise<void> {
  const built = resolve(dist, "index.html");
  const newest = (folder: string): number =>
    readdirSync(folder, { recursive: true, encoding: "utf8" }).reduce((latest, file) => {
      const path = resolve(folder, file);
      return statSync(path).isFile() ? Math.max(latest, statSync(path).mtimeMs) : latest;
    }, 0);
  const own = ["index.html", "vite.config.ts"].map((file) => statSync(resolve(consoleDir, file)).mtimeMs);
  const sources = Math.max(newest(resolve(consoleDir, "src")), newest(resolve(consoleDir, "public")), ...own);
  if (existsSync(built) && statSync(built).mtimeMs >= sources) return;
  // The test runner's own NODE_ENV would make it a development build, and that would stay behind as `dist`.
  vi.stubEnv("NODE_ENV", "production");
  await build({ root: consoleDir, configFile: resolve(consoleDir, "vite.config.ts"), logLevel: "error" });
  vi.unstubAllEnvs();
}

describeWithChromium(`the console over ${data === null ? "a made-up city" : "recorded Paris"}`, () => {
  let browser: Browser;
  let api: FixtureApi;
  let page: Page;
  let city: City;
  let problems: string[];

  beforeAll(async () => {
    await buildConsole();
    browser = await chromium.launch({ executablePath: browserPath, args: browserArguments });
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
  });

  beforeEach(async () => {
    city = data === null ? plainCity(400, now) : recordedCity(data, now);
    api = await startFixtureApi(city, dist, {
      name: "paris",
      kind: "simulator",
      simulated: false,
      stale: false,
      dataAgeSeconds: 40,
    });
    page = await browser.newPage({
      viewport: { width: 1100, height: 700 },
      timezoneId: "Europe/Paris",
      locale: "fr-FR",
      reducedMotion: "reduce",
    });
    await page.clock.setFixedTime(now);
    problems = [];
    page.on("pageerror", (error) => problems.push(`error: ${error.message}`));
    page.on("console", (message) => {
      // A software renderer reads slowly, and Chromium says so.
      const slowRenderer = message.text().includes("GPU stall due to ReadPixels");
      if (["error", "warning"].includes(message.type()) && !slowRenderer) problems.push(message.text());
    });
    page.on("request", (request) => {
      const { origin, protocol } = new URL(request.url());
      if (protocol !== "data:" && `${origin}/` !== api.url)
        problems.push(`request to another origin: ${request.url()}`);
    });
  });

  afterEach(async () => {
    await page?.close();
    await api?.close();
  });

  async function open(hash = ""): Promise<void> {
    await page.goto(api.url + hash);
    await page.locator('[data-testid="map"][data-idle="true"][data-stations]').waitFor();
  }

  function row(station: WireStation) {
    return page.locator(`[data-station="${station.source}:${station.station}"][role="option"]`);
  }

  async function search(query: string): Promise<void> {
    await page.getByRole("combobox").fill(query);
  }

  it("shows every station on the map and in the list, with the data's attribution, from its own origin alone", async () => {
    await open();

    // Real networks have stations without a position: they are in the list alone.
    const placed = city.stations.filter((station) => station.lat !== null);
    expect(await page.getByTestId("map").getAttribute("data-stations")).toBe(String(placed.length));
    expect(await page.getByTestId("station-list").getAttribute("data-found")).toBe(String(city.stations.length));
    expect(await page.getByTestId("connection").textContent()).toContain("Live");
    expect(await page.getByTestId("attribution").textContent()).toMatch(/Ville de Paris open data.*ODbL/s);
    expect(await page.locator("footer").textContent()).toContain("Europe/Paris");
    expect(await page.getByTestId("simulated").count()).toBe(0);
    expect(await page.getByTestId("stale").count()).toBe(0);
    expect(problems).toEqual([]);
  });

  it("says SIMULATED when the source is, and stale with the data's age when the source says so", async () => {
    await open();

    api.setSource({ simulated: true, stale: true, dataAgeSeconds: 4_321 });

    await page.getByTestId("simulated").waitFor();
    expect(await page.getByTestId("simulated").textContent()).toContain("SIMULATED");
    expect(await page.getByTestId("stale").textContent()).toMatch(/stale\sdata · 1 h 12 min\sold/);

    api.setSource({ stale: false, dataAgeSeconds: 3 });

    await page.getByTestId("stale").waitFor({ state: "detached" });
    expect(problems).toEqual([]);
  });

  it("shows a closed station as closed and an unknown one as unknown, not as empty", async () => {
    const [closed, unknown] = [city.stations[3]!, city.stations[4]!];
    Object.assign(closed, { status: "closed" });
    Object.assign(unknown, { status: "unknown", ...noCounts });
    await open(`#station=paris:${unknown.station}`);

    const panel = page.getByTestId("station-panel");
    expect(await panel.getByTestId("status").textContent()).toContain("Unknown");
    expect(await panel.getByTestId("bikes").textContent()).toBe("–");
    expect(await panel.getByTestId("counts").textContent()).not.toMatch(/\d/);
    await search(unknown.station);
    expect(await row(unknown).getAttribute("aria-label")).toMatch(/: Unknown$/);
    expect(await row(unknown).textContent()).not.toMatch(/\b0\b/);
    await search(closed.station);
    expect(await row(closed).getAttribute("data-status")).toBe("closed");
    expect(await row(closed).textContent()).toContain("Closed");
    expect(problems).toEqual([]);
  });

  it("opens the station clicked on the map, with its last hours as a chart and as a table", async () => {
    const station = loneliest(city.stations);
    await open();
    const map = page.getByTestId("map");
    const at = onScreen(station, (await map.getAttribute("data-view")) ?? "", await map.boundingBox());

    await page.mouse.click(at.x, at.y);

    const panel = page.getByTestId("station-panel");
    await panel.waitFor();
    expect(await panel.getAttribute("data-station")).toBe(`paris:${station.station}`);
    expect(await panel.getByRole("heading", { level: 2 }).textContent()).toBe(station.name);
    expect(new URL(page.url()).hash).toBe(`#station=paris:${station.station}`);
    await panel.locator('[data-testid="chart"]:not([data-windows="0"]) canvas').waitFor();
    const windows = Number(await panel.getByTestId("chart").getAttribute("data-windows"));
    expect(windows).toBeGreaterThan(10);
    await panel.getByText("Show as a table").click();
    expect(await panel.locator("tbody tr").count()).toBe(windows);
    // 12:00 UTC is 14:00 in Paris: times are the browser's.
    expect(await panel.locator("tbody th").first().textContent()).toBe("13:55");
    expect(problems).toEqual([]);
  });

  it("follows live changes of the list, the panel and the totals", async () => {
    const station = city.stations.find((found) => found.status === "open" && found.bikes !== null)!;
    await open(`#station=paris:${station.station}`);
    await search(station.station);
    const total = page.getByTestId("total-bikes");
    const before = Number((await total.textContent())?.replaceAll(",", ""));

    api.change({ ...station, bikes: station.bikes! + 7 });

    const bikes = page.getByTestId("bikes");
    await bikes.filter({ hasText: new RegExp(`^${station.bikes! + 7}$`) }).waitFor();
    expect(await row(station).textContent()).toContain(`${station.bikes! + 7}`);
    expect(Number((await total.textContent())?.replaceAll(",", ""))).toBe(before + 7);
    expect(problems).toEqual([]);
  });

  it("selects a station by keyboard alone and gives the focus back to the page with Escape", async () => {
    const station = city.stations[10]!;
    await open();

    await page.getByRole("combobox").focus();
    await page.keyboard.type(station.station);
    await page.keyboard.press("Enter");

    await page.getByTestId("station-panel").waitFor();
    expect(await page.getByTestId("station-panel").getAttribute("data-station")).toBe(`paris:${station.station}`);
    await page.keyboard.press("Escape");
    await page.getByTestId("station-panel").waitFor({ state: "detached" });
    expect(new URL(page.url()).hash).toBe("");
    expect(problems).toEqual([]);
  });

  it("lists the zones with their bikes and occupancy", async () => {
    await open();

    await page.getByRole("button", { name: "Zones" }).click();

    const zone = page.getByTestId("zone-list").getByRole("button").first();
    await zone.waitFor();
    expect(await zone.textContent()).toMatch(/Zone 1.*\d+ stations.*\d+ bikes.*\d+ % full/s);
    expect(problems).toEqual([]);
  });

  it("says that it reconnects while the stream is down, and is live again afterwards", async () => {
    await open();

    api.dropStreams();

    const connection = page.getByTestId("connection");
    await connection.filter({ hasText: "Reconnecting" }).waitFor();
    api.reopen();
    await connection.filter({ hasText: "Live" }).waitFor();
  });

  it("fits a phone: the list unfolds over the map and nothing is wider than the screen", async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await open();

    await page.getByRole("button", { name: "List" }).click();
    await search(city.stations[10]!.station);
    await row(city.stations[10]!).click();

    await page.getByTestId("station-panel").waitFor();
    const width = await page.locator("html").evaluate((html) => html.scrollWidth);
    expect(width).toBe(390);
    expect(problems).toEqual([]);
  });
});

/** The station farthest from its nearest other: a click there can mean no other. */
function loneliest(stations: readonly WireStation[]): WireStation {
  const placed = stations.filter((station) => station.lat !== null && station.name !== null);
  const open = placed.filter((station) => station.status === "open" && station.bikes !== null);
  const alone = (station: WireStation) =>
    placed.reduce((nearest, other) => {
      const squared = (other.lat! - station.lat!) ** 2 + (other.lon! - station.lon!) ** 2;
      return other === station ? nearest : Math.min(nearest, squared);
    }, Number.POSITIVE_INFINITY);
  return open.reduce((best, station) => (alone(station) > alone(best) ? station : best));
}

/** Where a station is on the screen, px. `view` is "lon,lat,zoom" of the map's centre; 512 px tiles, Web Mercator. */
function onScreen(
  station: WireStation,
  view: string,
  box: { x: number; y: number; width: number; height: number } | null,
): { x: number; y: number } {
  if (box === null) throw new Error("the map is not on the page");
  const [lon, lat, zoom] = view.split(",").map(Number);
  const world = 512 * 2 ** zoom!;
  const x = (degrees: number) => ((degrees + 180) / 360) * world;
  const y = (degrees: number) => {
    const sine = Math.sin((degrees * Math.PI) / 180);
    return (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * world;
  };
  return {
    x: box.x + box.width / 2 + x(station.lon!) - x(lon!),
    y: box.y + box.height / 2 + y(station.lat!) - y(lat!),
  };
}
