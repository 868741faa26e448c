/**
 * Every error an API client can meet, by its code, with the HTTP status and what it means. A retired code is never
 * used again.
 */
export const apiErrors = {
  invalid_parameter: { status: 400, meaning: "A parameter is missing, unknown or malformed; the message names it" },
  bad_request: { status: 400, meaning: "The request itself can't be read" },
  unauthorised: { status: 401, meaning: "The API asks for a token, and none that it knows was sent" },
  unknown_route: { status: 404, meaning: "There is nothing at this path for this method" },
  unknown_source: { status: 404, meaning: "No source has this name" },
  unknown_station: { status: 404, meaning: "No station has this id" },
  unknown_zone: { status: 404, meaning: "No zone with a window has this id" },
  ambiguous_id: { status: 409, meaning: "Several sources have this id; the message names the full ones" },
  internal: { status: 500, meaning: "The service failed; its log says why" },
  not_ready: { status: 503, meaning: "The service can't do its work now; the message says why" },
  live_full: { status: 503, meaning: "As many clients as allowed follow the live stream; try again later" },
} as const satisfies Record<string, { status: number; meaning: string }>;

export type ApiErrorCode = keyof typeof apiErrors;

/** A request that is answered with an error. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code: ApiErrorCode;

  constructor(code: ApiErrorCode, message: string) {
    super(message);
    this.code = code;
  }

  get status(): number {
    return apiErrors[this.code].status;
  }
}

/** @param came what the client sent; shown shortened. */
export function invalidParameter(name: string, expected: string, came: unknown): ApiError {
  return new ApiError("invalid_parameter", `${name}: expected ${expected}, got ${shown(came)}`);
}

/** A client's own value within a message: quoted as JSON, at most 80 characters. */
export function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`;
}
