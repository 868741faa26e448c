import { feedUrl, shownUrl } from "../http/shown-url.ts";
import { SourceError } from "../http/source-error.ts";

/** How the rows of a dataset are asked for. */
export interface DatasetEndpoint {
  /**
   * `export`: Explore v2.1 `exports/json`, all rows in one body. `records`: Explore v2.1 `records`, page by page.
   * `search`: the older `records/1.0/search`.
   */
  kind: "export" | "records" | "search";
  url: URL;
}

/** A dataset of a portal, by name. */
export interface Dataset {
  /** The portal, e.g. `https://opendata.paris.fr`. */
  url: string;
  dataset: string;
}

/** Vélib's live stations. */
export const velibDataset: Dataset = {
  url: "https://opendata.paris.fr",
  dataset: "velib-disponibilite-en-temps-reel",
};

/** The one-body export of a dataset. */
export function exportOf({ url, dataset }: Dataset): DatasetEndpoint {
  const portal = feedUrl(url.endsWith("/") ? url : `${url}/`);
  const path = `api/explore/v2.1/catalog/datasets/${encodeURIComponent(dataset)}/exports/json`;
  return { kind: "export", url: new URL(path, portal) };
}

/**
 * Recognises the addresses of a dataset: its export (of any format: the JSON one is asked for), its records, the
 * older search, and its page in the portal. Null for any other address.
 */
export function datasetEndpoint(url: URL): DatasetEndpoint | null {
  if (/\/api\/explore\/v2\.\d+\/catalog\/datasets\/[^/]+\/exports\/[a-z]+\/?$/.test(url.pathname)) {
    const endpoint = new URL(url);
    endpoint.pathname = url.pathname.replace(/[a-z]+\/?$/, "json");
    return { kind: "export", url: endpoint };
  }
  if (/\/api\/explore\/v2\.\d+\/catalog\/datasets\/[^/]+\/records\/?$/.test(url.pathname)) {
    return { kind: "records", url };
  }
  if (/\/api\/records\/1\.0\/search\/?$/.test(url.pathname)) return { kind: "search", url };
  const page = /^(.*)\/explore\/dataset\/([^/]+)/.exec(url.pathname);
  if (page === null) return null;
  const [, folder = "", dataset = ""] = page;
  return exportOf({ url: `${url.origin}${folder}`, dataset });
}

/** Rows a page of `records` may have, and rows that may be reached by paging (Explore v2.1, `records`). */
const pageRows = 100;
const reachableRows = 10_000;

/** One page of a records endpoint. `limit` and `offset` of the given address are ours to set. */
export function recordsPage(url: URL, offset: number): URL {
  const page = new URL(url);
  page.searchParams.set("limit", String(pageRows));
  page.searchParams.set("offset", String(offset));
  // Without an order two pages may repeat one row and lose another.
  if (!page.searchParams.has("order_by")) page.searchParams.set("order_by", "stationcode");
  return page;
}

/** The search with all rows on one page: its own default is 10. */
export function searchPage(url: URL): URL {
  const page = new URL(url);
  page.searchParams.set("rows", String(reachableRows));
  page.searchParams.delete("start");
  return page;
}

/**
 * Refuses a dataset that has more rows than the endpoint gives out.
 * @throws SourceError VELIB_SOURCE_UNRECOGNISED
 */
export function assertReachable(url: URL, total: number): void {
  if (total <= reachableRows) return;
  throw new SourceError(
    "VELIB_SOURCE_UNRECOGNISED",
    `${shownUrl(url)} has ${total} rows and gives out only the first ${reachableRows}; use the dataset's …/exports/json`,
  );
}
