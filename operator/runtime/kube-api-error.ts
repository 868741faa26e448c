/** Why a call to the API failed: what the server answered, or that it gave no answer (`status` 0). */
export interface KubeApiErrorDetails {
  /** HTTP status; 0 when no answer came. */
  status: number;
  /** The server's machine-readable reason (`NotFound`, `AlreadyExists`, `Conflict`, `Invalid`, `Expired` …), or `Unreachable`, `Aborted`, `TimedOut`. */
  reason: string;
  message: string;
  /** Whether the same call can succeed later without a change by anyone. */
  retryable: boolean;
  /** What the server asked to wait (Retry-After), ms. */
  retryAfterMs?: number;
  cause?: unknown;
}

export class KubeApiError extends Error {
  override readonly name = "KubeApiError";
  readonly status: number;
  readonly reason: string;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;

  constructor(details: KubeApiErrorDetails) {
    super(details.message, { cause: details.cause });
    this.status = details.status;
    this.reason = details.reason;
    this.retryable = details.retryable;
    this.retryAfterMs = details.retryAfterMs;
  }
}

/** 404: the object, or the kind itself, is not there. */
export function isNotFound(error: unknown): boolean {
  return error instanceof KubeApiError && error.status === 404;
}

/** 409: somebody changed it meanwhile, it exists already, or a precondition (uid, resourceVersion) does not hold. */
export function isConflict(error: unknown): boolean {
  return error instanceof KubeApiError && error.status === 409;
}

/** 410, or "Expired": the resourceVersion or continue token asked for is too old; list again. */
export function isExpired(error: unknown): boolean {
  return error instanceof KubeApiError && (error.status === 410 || error.reason === "Expired");
}
