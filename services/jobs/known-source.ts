import { VelibError } from "../../core/errors.ts";

/** @throws VelibError VELIB_CONFIG_INVALID when the history has nothing of a source of that name */
export function assertKnownSource(sources: readonly string[], name: string): void {
  if (sources.includes(name)) return;
  throw new VelibError(
    "VELIB_CONFIG_INVALID",
    `--source ${name}: the history has no such source; it has ${sources.join(", ") || "none"}`,
  );
}
