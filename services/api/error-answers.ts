import type { FastifyError, FastifyReply } from "fastify";
import { VelibError } from "../../core/errors.ts";
import type { ApiServer } from "./deps.ts";
import { ApiError, shown } from "./errors.ts";
import { invalidRequest } from "./invalid-request.ts";
import { errorResponses } from "./schema/error.ts";

/** Every error leaves as `{error: {code, message}}` with its HTTP status. */
export function addErrorAnswers(app: ApiServer): void {
  app.setErrorHandler<FastifyError>(async (thrown, request, reply) => {
    const error = apiErrorOf(thrown, request);
    if (thrown instanceof VelibError) request.log.warn({ code: thrown.code, reason: thrown.message }, "request failed");
    else if (error.code === "internal") request.log.error({ err: thrown, url: request.url }, "request failed");
    reply.code(error.status);
    return { error: { code: error.code, message: error.message } };
  });

  app.setNotFoundHandler(async (request, reply) => {
    const path = request.url.split("?")[0];
    reply.code(404);
    return {
      error: {
        code: "unknown_route",
        message: `nothing at ${request.method} ${shown(path)}; /docs lists what there is`,
      },
    };
  });
}

/** Documents for every route added to `scope` after it that its store may be away. */
export function addOutageAnswers(scope: ApiServer): void {
  scope.addHook("onRoute", (route) => {
    const { response, ...schema } = route.schema ?? {};
    const documented = typeof response === "object" ? response : {};
    route.schema = { ...schema, response: { ...errorResponses("not_ready"), ...documented } };
  });
}

/** The answer to a request that fails before any route: a malformed address, say. */
export function answerUnroutable(error: FastifyError, reply: FastifyReply): void {
  const { code, message, status } = apiErrorOf(error, { query: {}, params: {} });
  reply.code(status).send({ error: { code, message } });
}

function apiErrorOf(thrown: FastifyError, request: { query: unknown; params: unknown }): ApiError {
  if (thrown instanceof ApiError) return thrown;
  // It may name the server and its addresses: of use to who runs the service, at /readyz and in the log.
  if (thrown instanceof VelibError && thrown.retryable) {
    return new ApiError("not_ready", "what this needs can't be read now; /readyz says why, try again later");
  }
  const failure = thrown.validation?.[0];
  if (failure !== undefined) return invalidRequest(failure, thrown.validationContext ?? "querystring", request);
  const status = thrown.statusCode ?? 500;
  if (status >= 400 && status < 500) return new ApiError("bad_request", thrown.message);
  return new ApiError("internal", "the service failed; its log says why");
}
