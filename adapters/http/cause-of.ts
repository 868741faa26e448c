/** fetch says "fetch failed" and keeps the reason in its cause; several tried addresses come as an AggregateError. */
export function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof AggregateError && error.errors.length > 0) return causeOf(error.errors[0]);
  return error.cause instanceof Error ? causeOf(error.cause) : error.message;
}
