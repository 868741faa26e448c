import { randomUUID } from "node:crypto";

/** A port over storage of its own. */
export interface Opened<Port> {
  port: Port;
  /** Closes the port's last instance and opens another one over the same storage. */
  reopen(): Promise<Port>;
  /** Closes the port's last instance and gives the storage back. */
  close(): Promise<void>;
}

/**
 * Opens a port over storage that no other test uses.
 * @param id unique, of lower-case letters, digits and underscores: for a pipeline, a database or a folder
 */
export type Open<Port> = (id: string) => Promise<Opened<Port>>;

/** A real server on a busy machine takes its time; nothing here measures it. */
export const contractTimeoutMs = 60_000;

/** A name that was never used before, for storage that is shared with earlier runs. */
export function uniqueName(prefix: string): string {
  return `${prefix}_${randomUUID().replaceAll("-", "").slice(0, 12)}`;
}
