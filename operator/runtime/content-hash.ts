import { createHash } from "node:crypto";
import { isRecord } from "./kube-payload.ts";

/** 96 bits of SHA-256 over the value's JSON with sorted keys, base64url: equal content, equal text. */
export function contentHash(value: unknown): string {
  return createHash("sha256").update(canonicalJson(value)).digest("base64url").slice(0, 16);
}

/** JSON with the keys of every object sorted; what JSON leaves out (undefined) is left out. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, each) =>
    isRecord(each) ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1))) : each,
  );
}
