import type { IncomingMessage } from "node:http";
import type { Answer } from "./answer.ts";
import { json, text } from "./answer.ts";
import { readFaults, readState, switchFaults } from "./control-api.ts";
import type { FeedRequest } from "./feed-request.ts";
import { gbfsAnswer } from "./gbfs-api.ts";
import { dataset, datasetsPath, opendatasoftAnswer } from "./opendatasoft-api.ts";
import { portrait } from "./portrait.ts";
import { rootPage } from "./root-page.ts";
import type { Simulator } from "./simulator.ts";
import { usersAnswer } from "./users-answer.ts";

const noStore = { "Cache-Control": "no-store" };

/** What answers a path of the network or its users, all of which meet faults; null for any other path. */
export function feedAt(path: string): ((request: FeedRequest) => Answer) | null {
  if (path.startsWith(`${datasetsPath}/`)) {
    return (request) => opendatasoftAnswer(path.slice(datasetsPath.length).replace(/\/$/, ""), request);
  }
  if (path.startsWith("/gbfs/")) {
    return (request) => gbfsAnswer(path.slice("/gbfs".length), request);
  }
  if (/^\/api(?:\/1\.4)?\/?$/.test(path)) {
    return usersAnswer;
  }
  return null;
}

/** The answer to a path of the simulator itself. */
export async function ownAnswer(path: string, request: IncomingMessage, simulator: Simulator): Promise<Answer> {
  if (path === "/_simulator/faults" && request.method === "PUT") {
    return switchFaults(simulator, request);
  }
  if (request.method !== "GET" && request.method !== "HEAD") {
    const allowed = path === "/_simulator/faults" ? "GET, HEAD, PUT" : "GET, HEAD";
    return json(405, { error: `${request.method} is not served here; use ${allowed}` }, { Allow: allowed });
  }
  switch (path) {
    case "/":
      return text(200, "text/html", rootPage(simulator.settings.stations, simulator.settings.seed));
    case "/healthz":
      return text(200, "text/plain", "ok\n", noStore);
    case "/_simulator/faults":
      return readFaults(simulator);
    case "/_simulator/state":
      return readState(simulator);
    case `/explore/dataset/${dataset}`:
    case `/explore/dataset/${dataset}/`:
      return text(302, "text/plain", "the dataset's addresses are listed at /\n", { Location: "/" });
    default:
      return portrait(path) ?? json(404, { error: "nothing here; / lists what is served" }, noStore);
  }
}
