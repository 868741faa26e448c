import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { serve } from "../../adapters/http/loopback-server.ts";
import { recogniseSource } from "../../adapters/source-url/recognise.ts";
import type { SourceAuthentication } from "../config/source-authentication.ts";
import { sourceCredentials } from "./source-credentials.ts";

const noon = Date.UTC(2024, 10, 8, 12);
const never = new AbortController().signal;
const token = "s3cret-of-the-feed";
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "velib-source-"));
  for (const file of ["value", "id", "secret"]) writeFileSync(join(folder, file), `${token}\n`);
});

afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string) => join(folder, name);

/** A GBFS network that answers nobody without the token, and a server of tokens; after three polls it breaks. */
async function guardedNetwork() {
  const state = { broken: false };
  const network = await serve((request, response) => {
    const { pathname, origin } = new URL(request.url ?? "/", `http://${request.headers.host}`);
    if (pathname === "/token") {
      response.end(JSON.stringify({ access_token: token, token_type: "bearer", expires_in: 3600 }));
      return;
    }
    const given = request.headers["x-api-key"] ?? request.headers.authorization;
    if (given !== token && given !== `Bearer ${token}`) {
      response.writeHead(401).end(`not ${given}`);
      return;
    }
    const station = { station_id: "1", num_bikes_available: 4, num_docks_available: 6 };
    const feeds = ["station_status", "station_information"].map((name) => ({ name, url: `${origin}/${name}.json` }));
    const bodies: Record<string, unknown> = {
      "/gbfs.json": { data: { en: { feeds } } },
      "/station_information.json": { data: { stations: [{ station_id: "1", name: "Quay", lat: 48.8, lon: 2.3 }] } },
      "/station_status.json": { data: { stations: [{ ...station, is_installed: true }] } },
    };
    if (state.broken && pathname === "/station_status.json") response.end(`{"debug": "${given}", "data": `);
    else response.end(JSON.stringify(bodies[pathname]));
  });
  return Object.assign(network, { state });
}

it.each<[string, (tokenUrl: string) => SourceAuthentication]>([
  ["a header", () => ({ headers: [{ name: "X-Api-Key", valueFile: file("value") }] })],
  ["a bearer token", () => ({ bearer: { tokenFile: file("value") } })],
  [
    "a client's credentials",
    (tokenUrl) => ({
      oauth2ClientCredentials: { tokenUrl, clientIdFile: file("id"), clientSecretFile: file("secret"), scopes: [] },
    }),
  ],
])("a network is polled with %s, and what can't be read of it does not show the secret", async (_what, configured) => {
  await using network = await guardedNetwork();
  const credentials = sourceCredentials(configured(new URL("/token", network.url).href));
  const source = await recogniseSource(new URL("/gbfs.json", network.url).href, { credentials }, noon, never);

  const poll = await source.poll(noon, never);
  network.state.broken = true;
  const unreadable = await source.poll(noon + 60_000, never);

  expect(poll).toMatchObject({ readings: [{ station: "1", bikes: 4 }] });
  expect(unreadable).toMatchObject({ reason: "truncated-body", excerpt: expect.stringContaining("***") });
  expect(JSON.stringify(unreadable)).not.toContain(token);
  expect(source.description).not.toContain(token);
});
