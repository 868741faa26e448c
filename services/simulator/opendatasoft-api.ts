import type { Answer } from "./answer.ts";
import { json, jsonText } from "./answer.ts";
import { resetTime } from "./call-quota.ts";
import { encodeBody } from "./encoded-bodies.ts";
import type { FeedRequest } from "./feed-request.ts";
import { cacheUntilNext, viewFor } from "./feed-request.ts";
import type { FeedView } from "./feed-view.ts";
import type { QueryProblem, RowsQuery } from "./opendatasoft-query.ts";
import { exportQuery, recordsQuery } from "./opendatasoft-query.ts";
import type { NullColumns } from "./opendatasoft-rows.ts";
import { datasetRows } from "./opendatasoft-rows.ts";

/** The dataset's name on the real portal, so that a client configured for that works here. */
export const dataset = "velib-disponibilite-en-temps-reel";
export const datasetsPath = "/api/explore/v2.1/catalog/datasets";

type BodyForm = "export" | "records";

/** 10 of the 34 recorded bodies with null columns had lost the station codes as well. */
const codesLostToo = 10 / 34;

/**
 * Answers a path below the catalogue of datasets by the Explore API v2.1 of Opendatasoft.
 * @param path e.g. `/velib-disponibilite-en-temps-reel/exports/json`
 */
export function opendatasoftAnswer(path: string, request: FeedRequest): Answer {
  const { exceeded, resetAt, headers } = request.simulator.quota.count(request.at);
  if (exceeded) {
    return quotaExceeded(request, resetAt, headers);
  }
  const answer = datasetAnswer(path, request);
  return { ...answer, headers: { ...answer.headers, ...headers } };
}

function datasetAnswer(path: string, request: FeedRequest): Answer {
  switch (path) {
    case `/${dataset}/exports/json`:
      return rowsAnswer(request, "export", exportQuery(request.parameters));
    case `/${dataset}/records`:
      return rowsAnswer(request, "records", recordsQuery(request.parameters));
    default: {
      const message = `Nothing is simulated at ${path.slice(0, 200)}: ask for /${dataset}/exports/json or /records.`;
      return json(404, { error_code: "NotFound", message });
    }
  }
}

function rowsAnswer(request: FeedRequest, form: BodyForm, query: RowsQuery | QueryProblem): Answer {
  if ("problem" in query) {
    return json(400, { error_code: "InvalidRESTParameterError", message: query.problem });
  }
  const { view, publication } = viewFor(request);
  const nulls = nullColumns(request);
  const render = () => {
    const rows = datasetRows({ ...view, rows: page(view, query) }, nulls, query.zone);
    return bodyText(form, [...rows], view.rows.length);
  };
  const body =
    publication === null || nulls !== "none"
      ? encodeBody(render())
      : request.simulator.bodies.get(publication, `${form} ${request.parameters}`, render);
  return jsonText(200, body, cacheUntilNext(request));
}

function bodyText(form: BodyForm, rows: string[], total: number): string {
  return form === "export" ? `[${rows.join(",")}]` : `{"total_count": ${total}, "results": [${rows.join(", ")}]}`;
}

function page({ city, rows }: FeedView, { order, offset, limit }: RowsQuery): readonly number[] {
  const end = limit === null ? undefined : offset + limit;
  if (order === "feed") {
    return rows.slice(offset, end);
  }
  const code = (row: number) => city.stations[row]!.code;
  const sign = order === "code ascending" ? 1 : -1;
  // Codes are text: 10001 comes before 9001.
  return rows.toSorted((a, b) => (code(a) < code(b) ? -sign : sign)).slice(offset, end);
}

function nullColumns({ faults }: FeedRequest): NullColumns {
  if (!faults.meets("null-columns")) {
    return "none";
  }
  return faults.share(0) < codesLostToo ? "metadata and codes" : "metadata";
}

function quotaExceeded({ simulator, at }: FeedRequest, resetAt: number, headers: Record<string, string>): Answer {
  return json(
    429,
    {
      errorcode: 10002,
      reset_time: resetTime(resetAt),
      limit_time_unit: "day",
      call_limit: simulator.quota.limit,
      error: "Too many requests on the simulated domain: wait for the reset or raise the quota.",
    },
    { ...headers, "Retry-After": String(simulator.realSeconds(resetAt - at)), "Cache-Control": "no-store" },
  );
}
