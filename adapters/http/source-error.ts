import { type ErrorCode, VelibError } from "../../core/errors.ts";

export type SourceErrorCode = Extract<ErrorCode, `VELIB_SOURCE_${string}`>;

/** A feed that gave no body to judge. */
export class SourceError extends VelibError {
  /** How long the server asks to be left alone, ms; null when it did not say. */
  readonly retryAfterMs: number | null;
  /** The HTTP status; null when there was no answer. */
  readonly status: number | null;

  constructor(
    code: SourceErrorCode,
    message: string,
    details: { cause?: unknown; retryAfterMs?: number | null; status?: number } = {},
  ) {
    super(code, message, details.cause === undefined ? undefined : { cause: details.cause });
    this.retryAfterMs = details.retryAfterMs ?? null;
    this.status = details.status ?? null;
  }
}
