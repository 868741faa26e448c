import { readFileSync } from "node:fs";
import { Type } from "typebox";
import Value from "typebox/value";

const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));

/** This release, as package.json says it. */
export const version: string = Value.Parse(Type.Object({ version: Type.String() }), manifest).version;
