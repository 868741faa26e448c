import type { CityState } from "../../core/simulation/simulation.ts";
import type { Answer } from "./answer.ts";
import { json } from "./answer.ts";
import type { RequestFaults } from "./faults.ts";
import type { FeedView } from "./feed-view.ts";
import { withDuplicates } from "./feed-view.ts";
import type { Simulator } from "./simulator.ts";

/** How long a client that meets the fault "too-many-requests" is asked to wait, seconds. */
const retryAfterSeconds = 5;

/** One request to the simulated network: its time and the faults it meets. */
export interface FeedRequest {
  simulator: Simulator;
  /** Simulated time, ms. */
  at: number;
  faults: RequestFaults;
  parameters: URLSearchParams;
  /** The address the client used, e.g. `http://127.0.0.1:8090`. */
  origin: string;
}

/** The failure that a request meets instead of any content; null when it meets none. */
export function failure(faults: RequestFaults): Answer | null {
  if (faults.meets("too-many-requests")) {
    return json(
      429,
      { errorcode: 10002, error: `Too many requests: try again in ${retryAfterSeconds} s.` },
      { "Retry-After": String(retryAfterSeconds), "Cache-Control": "no-store" },
    );
  }
  if (faults.meets("server-error")) {
    const message = "The simulator was told to fail now and then.";
    return json(500, { error_code: "InternalServerError", message }, { "Cache-Control": "no-store" });
  }
  return null;
}

/** What the request is shown, and which publication that is (null: it is shown to this request alone). */
export function viewFor(request: FeedRequest): { view: FeedView; publication: number | null } {
  const { simulator, faults } = request;
  const state = stateFor(request);
  const { city, order } = simulator.feed;
  if (faults.meets("duplicates")) {
    return { view: { city, state, rows: withDuplicates(order, faults.share) }, publication: null };
  }
  return { view: { city, state, rows: order }, publication: state.at };
}

function stateFor({ simulator, at, faults }: FeedRequest): CityState {
  const { feed } = simulator;
  const until = simulator.faults.movedUntil(at);
  return faults.meets("disagreeing-replicas") ? feed.publishedLate(until) : feed.published(until);
}

/** Clients may keep an answer until the next publication. */
export function cacheUntilNext({ simulator, at }: FeedRequest): { "Cache-Control": string } {
  return { "Cache-Control": `public, max-age=${simulator.realSeconds(simulator.feed.untilNext(at)) - 1}` };
}
