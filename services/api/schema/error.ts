import { Type } from "typebox";
import type { ApiErrorCode } from "../errors.ts";
import { apiErrors } from "../errors.ts";
import { referenceTo } from "./reference.ts";
import { oneOf } from "./scalars.ts";

const codes = Object.keys(apiErrors).filter((code): code is ApiErrorCode => code in apiErrors);

export const ErrorBody = Type.Object(
  {
    error: Type.Object(
      {
        code: oneOf(codes, {
          description: codes
            .map((code) => `${code} (${apiErrors[code].status}): ${apiErrors[code].meaning}`)
            .join("; "),
        }),
        message: Type.String({ description: "One line for a person: what was expected and what came" }),
      },
      { additionalProperties: false },
    ),
  },
  { $id: "Error", additionalProperties: false },
);

/** The responses of a route's errors, by the codes it can answer with. */
export function errorResponses(...list: ApiErrorCode[]) {
  const responses: Record<number, unknown> = {};
  for (const code of list) {
    const { status, meaning } = apiErrors[code];
    responses[status] = { description: meaning, ...referenceTo(ErrorBody) };
  }
  return responses;
}
