import { faults } from "./faults.ts";
import { gbfsPath } from "./gbfs-api.ts";
import { dataset, datasetsPath } from "./opendatasoft-api.ts";

interface Endpoint {
  path: string;
  says: string;
}

const endpoints: Endpoint[] = [
  {
    path: `${datasetsPath}/${dataset}/exports/json`,
    says: "all stations in one body, as the Paris open-data portal exports them",
  },
  {
    path: `${datasetsPath}/${dataset}/records?limit=100&offset=0`,
    says: "the same stations page by page (limit up to 100)",
  },
  { path: gbfsPath("2.3"), says: "the network as GBFS 2.3" },
  { path: gbfsPath("3.0"), says: "the network as GBFS 3.0" },
  { path: "/api/?results=5&nat=fr&seed=velib", says: "made-up users, as randomuser.me 1.4 gives them" },
  {
    path: "/_simulator/faults",
    says: 'which faults are switched on; PUT a JSON object such as {"server-error": 0.1} to change them',
  },
  { path: "/_simulator/state", says: "the simulated time and where the bikes are" },
];

/** The page that tells in plain words what the simulator serves. */
export function rootPage(stations: number, seed: number): string {
  const items = endpoints.map(
    ({ path, says }) => `<li><a href="${escapeHtml(path)}">${escapeHtml(path)}</a><br>${escapeHtml(says)}</li>`,
  );
  const rates = Object.entries(faults).map(
    ([name, says]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(says)}</dd>`,
  );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Simulated bike-share city</title>
<style>body{font:16px/1.5 system-ui;max-width:46em;margin:2em auto;padding:0 1em}li,dd{margin-bottom:.6em}a{overflow-wrap:anywhere}</style>
<h1>Simulated bike-share city</h1>
<p>${stations} stations, seed ${seed}. The stations, bikes and people here are made up; the formats are those of the real feeds.</p>
<ul>${items.join("\n")}</ul>
<h2>Faults</h2>
<p>Each has a rate from 0 (never) to 1 (always).</p>
<dl>${rates.join("\n")}</dl>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/"/g, "&quot;");
}
