import { hash32 } from "../../core/simulation/random.ts";
import type { Answer } from "./answer.ts";
import { json } from "./answer.ts";
import type { FeedRequest } from "./feed-request.ts";
import { usersBody } from "./users-api.ts";

/** Answers the users API; its own fault is an error in a body of status 200. */
export function usersAnswer({ simulator, parameters, faults, at, origin }: FeedRequest): Answer {
  if (faults.meets("users-error")) {
    return json(200, { error: "Something went wrong while making up users; please try again." });
  }
  const words = [simulator.settings.seed, Math.floor(faults.share(1) * 2 ** 32)];
  const freshSeed = [hash32(...words, 1), hash32(...words, 2)]
    .map((word) => word.toString(16).padStart(8, "0"))
    .join("");
  return json(200, usersBody(parameters, freshSeed, at, `${origin}/portraits`), { "Cache-Control": "no-cache" });
}
