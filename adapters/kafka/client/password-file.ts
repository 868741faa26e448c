import { readFileSync } from "node:fs";
import { VelibError } from "../../../core/errors.ts";
import type { SaslLogin } from "./connection-settings.ts";

/**
 * Reads the password as it is now.
 * @throws VelibError VELIB_KAFKA_AUTHENTICATION when its file can't be read
 */
export function readPassword({ passwordFile }: SaslLogin): string {
  try {
    return readFileSync(passwordFile, "utf8").replace(/\r?\n$/, "");
  } catch (cause) {
    const reason = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
    const message = `Kafka: the password ${passwordFile} can't be read (${reason}); mount the file or correct its path`;
    throw new VelibError("VELIB_KAFKA_AUTHENTICATION", message, { cause });
  }
}
