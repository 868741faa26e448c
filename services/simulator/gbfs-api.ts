import type { Answer } from "./answer.ts";
import { json, jsonText } from "./answer.ts";
import { encodeBody } from "./encoded-bodies.ts";
import type { FeedRequest } from "./feed-request.ts";
import { cacheUntilNext, viewFor } from "./feed-request.ts";
import { discovery2, feed2, gbfsFeeds } from "./gbfs-2.ts";
import { discovery3, feed3, rfc3339 } from "./gbfs-3.ts";

const versions = ["2.3", "3.0"] as const;
type GbfsVersion = (typeof versions)[number];

/** The path of a version's discovery file. */
export function gbfsPath(version: GbfsVersion): string {
  return `/gbfs/${version}/gbfs.json`;
}

/** Answers a path below `/gbfs`, e.g. `/2.3/station_status.json`, by that version of the specification. */
export function gbfsAnswer(path: string, request: FeedRequest): Answer {
  const version = versions.find((each) => path.startsWith(`/${each}/`));
  const name = /^\/[\d.]+\/(\w+)\.json$/.exec(path)?.[1];
  if (version === undefined || name === undefined) {
    return notFound(path);
  }
  const folder = `${request.origin}/gbfs/${version}`;
  const { view, publication } = viewFor(request);
  const wrap = (data: object) => JSON.stringify(envelope(version, data, view.state.at, request));
  const feed = gbfsFeeds.find((each) => each === name);
  if (feed !== undefined) {
    const render = () => wrap(version === "2.3" ? feed2(feed, view) : feed3(feed, view));
    return jsonText(200, bodyOf(request, publication, `${version} ${feed}`, render), cacheUntilNext(request));
  }
  const data = discovery(name, version, folder, request.origin);
  return data === null ? notFound(path) : jsonText(200, encodeBody(wrap(data)), cacheUntilNext(request));
}

function bodyOf({ simulator }: FeedRequest, publication: number | null, name: string, render: () => string) {
  return publication === null ? encodeBody(render()) : simulator.bodies.get(publication, name, render);
}

/** Discovery files hold the address the client used, so they are written for each request. */
function discovery(name: string, version: GbfsVersion, folder: string, origin: string): object | null {
  switch (name) {
    case "gbfs":
      return version === "2.3" ? discovery2(folder) : discovery3(folder);
    case "gbfs_versions":
      return { versions: versions.map((each) => ({ version: each, url: `${origin}${gbfsPath(each)}` })) };
    default:
      return null;
  }
}

/** What stands around the data of every feed: times are POSIX seconds in 2.x and RFC 3339 in 3.0. */
function envelope(version: GbfsVersion, data: object, at: number, { simulator }: FeedRequest): object {
  return {
    last_updated: version === "2.3" ? Math.floor(at / 1000) : rfc3339(at),
    ttl: simulator.realSeconds(simulator.feed.intervalMs),
    version,
    data,
  };
}

function notFound(path: string): Answer {
  const message = `Nothing is simulated at ${path.slice(0, 200)}: start from ${gbfsPath("2.3")} or ${gbfsPath("3.0")}.`;
  return json(404, { error_code: "NotFound", message });
}
