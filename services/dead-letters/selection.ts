import type { DeadLetterReason } from "../../core/dead-letter/dead-letter.ts";
import type { DeadLetterQuery } from "../../core/ports/dead-letters.ts";
import { timeOption } from "../config/time-option.ts";

/** The options that say which letters are meant. */
export interface Selection {
  reason?: DeadLetterReason;
  source?: string;
  since?: string;
  id?: string;
}

/** @throws VelibError VELIB_CONFIG_INVALID */
export function queryOf({ reason, source, since, id }: Selection): DeadLetterQuery {
  return {
    ...(reason === undefined ? {} : { reason }),
    ...(source === undefined ? {} : { source }),
    ...(since === undefined ? {} : { from: timeOption("--since", since) }),
    ...(id === undefined ? {} : { id }),
  };
}
