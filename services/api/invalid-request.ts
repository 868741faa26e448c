import type { FastifySchemaValidationError } from "fastify";
import { ApiError, invalidParameter } from "./errors.ts";

interface RequestParts {
  query: unknown;
  params: unknown;
}

/**
 * The error for a request that its route's schema refused: names the parameter, what was expected and what came.
 * `failure` is Ajv's, made with `verbose` so that it carries the schema and the value.
 */
export function invalidRequest(
  failure: FastifySchemaValidationError,
  part: string,
  { query, params }: RequestParts,
): ApiError {
  const known = part === "params" ? params : query;
  if (failure.keyword === "required") {
    const name = String(failure.params.missingProperty);
    return new ApiError("invalid_parameter", `${name}: this parameter is required`);
  }
  if (failure.keyword === "additionalProperties") {
    const name = String(failure.params.additionalProperty);
    return new ApiError("invalid_parameter", `${name}: no such parameter here; /docs lists those there are`);
  }
  const name = failure.instancePath.split("/")[1] ?? part;
  return invalidParameter(name, expectation(failure), property(known, name));
}

function expectation(failure: FastifySchemaValidationError): string {
  const schema = "parentSchema" in failure ? failure.parentSchema : undefined;
  const choices = property(schema, "enum");
  if (Array.isArray(choices)) return `one of ${choices.join(", ")}`;
  const type = property(schema, "type");
  const minimum = property(schema, "minimum");
  const maximum = property(schema, "maximum");
  if (type === "number" || type === "integer")
    return `${type === "integer" ? "a whole number" : "a number"}${range(minimum, maximum)}`;
  return failure.message ?? "another value";
}

function range(minimum: unknown, maximum: unknown): string {
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`;
  if (minimum !== undefined) return ` of at least ${minimum}`;
  return maximum === undefined ? "" : ` of at most ${maximum}`;
}

function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
