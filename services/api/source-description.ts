import type { Attribution } from "../../core/ports/source.ts";

export const sourceKinds = ["opendatasoft", "gbfs", "recording", "simulator"] as const;
export type SourceKind = (typeof sourceKinds)[number];

/** A source as it is configured. */
export interface SourceDescription {
  /** Without ":" — `source:station` names a station. */
  name: string;
  kind: SourceKind;
  /** How it is named in messages: its URL without credentials. */
  description: string;
  attribution: Attribution;
  /** True when the data is made up: shown as a badge. */
  simulated: boolean;
  intervalMs: number;
}
