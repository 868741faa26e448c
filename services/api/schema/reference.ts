import type { Static, TSchema } from "typebox";
import { Type } from "typebox";

/** A reference to a schema that the API publishes under its `$id`, typed as that schema. */
export function referenceTo<Schema extends TSchema>(schema: Schema) {
  if (!("$id" in schema)) throw new RangeError("only a schema with an $id can be referred to");
  return Type.Unsafe<Static<Schema>>({ $ref: `${schema.$id}#` });
}
