import type { EventEmitter } from "node:events";

/** What `close-client.ts` needs of the driver (4.10) and its types leave out. */
declare module "cassandra-driver" {
  interface Client {
    /** Emits `newConnection` (error, connection, host) each time it was tried to make it anew. */
    readonly controlConnection: EventEmitter;
  }
  interface Host {
    /** Closes the connections of its pool, and opens none any more. */
    shutdown(waitForPending: boolean): Promise<void>;
  }
}
