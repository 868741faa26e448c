import type { ApiServer } from "./deps.ts";
import { ApiError } from "./errors.ts";
import type { ReaderTokens } from "./reader-tokens.ts";
import { errorResponses } from "./schema/error.ts";

/** Name of the scheme in the OpenAPI document. */
export const bearerScheme = "token";

const scheme = /^Bearer +(?<token>[\x21-\x7e]+)$/i;
const realm = 'Bearer realm="velib"';

/** Lets only requests with a reader's token (RFC 6750 §2.1) reach the routes that are added to `scope` after it. */
export function requireToken(scope: ApiServer, readers: Pick<ReaderTokens, "readerOf">): void {
  scope.addHook("onRoute", (route) => {
    const { response, ...schema } = route.schema ?? {};
    route.schema = {
      ...schema,
      security: [{ [bearerScheme]: [] }],
      response: { ...errorResponses("unauthorised"), ...(typeof response === "object" ? response : {}) },
    };
  });
  scope.addHook("onRequest", async (request, reply) => {
    const token = scheme.exec(request.headers.authorization ?? "")?.groups?.token;
    if (token === undefined) {
      reply.header("www-authenticate", realm);
      throw new ApiError("unauthorised", "the API asks for a token; send Authorization: Bearer <token>");
    }
    if ((await readers.readerOf(token)) !== null) return;
    reply.header("www-authenticate", `${realm}, error="invalid_token"`);
    throw new ApiError("unauthorised", "the token is nobody's; ask who runs the service for one");
  });
}
