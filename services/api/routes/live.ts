import type { ServerResponse } from "node:http";
import { Type } from "typebox";
import type { ApiDeps, ApiServer } from "../deps.ts";
import { ApiError } from "../errors.ts";
import type { LiveClient, LiveFeed } from "../live/live-feed.ts";
import { errorResponses } from "../schema/error.ts";

const retryAfterSeconds = 10;

export function liveRoutes(app: ApiServer, { metrics, results }: ApiDeps, feed: LiveFeed): void {
  app.get(
    "/v1/live",
    {
      exposeHeadRoute: false,
      schema: {
        summary: "Stations and sources as they change (server-sent events)",
        description: [
          "Event `state`: `{at, sources, stations}`, all of them, when connected (also with `Last-Event-ID`) and every",
          "minute. Event `changes`: the same, only the sources and stations that differ. The elements are those of",
          "`/v1/sources` and `/v1/stations`. `observed_at` alone is no difference: that of an observed station follows",
          "its source's `last_poll_at`.",
        ].join(" "),
        tags: ["live"],
        response: {
          200: { description: "An endless stream", content: { "text/event-stream": { schema: Type.String() } } },
          ...errorResponses("live_full"),
        },
      },
    },
    async (request, reply) => {
      if (feed.isFull) {
        reply.header("retry-after", String(retryAfterSeconds));
        throw new ApiError("live_full", "as many clients as allowed follow this stream; try again later");
      }
      // A stream that could not begin with the state is refused as any other request is.
      await results.sources();
      reply.hijack();
      const response = reply.raw;
      const client = clientOf(response);
      response.on("close", () => feed.leave(client));
      request.raw.socket.setNoDelay(true);
      for (const [name, value] of Object.entries(reply.getHeaders())) {
        if (value !== undefined) response.setHeader(name, value);
      }
      response.writeHead(200, {
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-store",
        // Reverse proxies of the nginx family would hold events back.
        "x-accel-buffering": "no",
      });
      metrics.httpRequests.inc({ method: "GET", route: "/v1/live", status: 200 });
      await feed.join(client);
    },
  );
}

function clientOf(response: ServerResponse): LiveClient {
  return {
    write(text) {
      response.write(text);
    },
    get waitingBytes() {
      return response.writableLength;
    },
    end() {
      response.end();
    },
    drop() {
      response.destroy();
    },
  };
}
