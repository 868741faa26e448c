import type { ResultStore } from "../../../core/ports/result-store.ts";
import { isoTime } from "../schema/scalars.ts";
import type { Source } from "../schema/source.ts";
import { sourceView } from "../schema/source.ts";
import type { Station } from "../schema/station.ts";
import { stationView } from "../schema/station.ts";
import type { SourceDescription } from "../source-description.ts";
import type { SourceEntry } from "../source-directory.ts";
import { listSources } from "../source-directory.ts";
import { sameSource, sameStation } from "./differences.ts";
import { heartbeat, retryField, serverSentEvent } from "./server-sent-event.ts";

export interface LiveOptions {
  /** How often the sources are looked at, ms. */
  intervalMs: number;
  /** How often everyone gets the full state, ms. */
  fullMs: number;
  /** Longest silence, ms. */
  heartbeatMs: number;
  /** How long a client waits before it connects again, ms. */
  retryMs: number;
  maxClients: number;
  /** A client with more than this waiting to be sent is dropped, bytes. */
  maxBufferBytes: number;
}

export const liveDefaults: LiveOptions = {
  intervalMs: 1_000,
  fullMs: 60_000,
  heartbeatMs: 15_000,
  retryMs: 3_000,
  maxClients: 200,
  maxBufferBytes: 1024 * 1024,
};

/** Where the events of one client go. */
export interface LiveClient {
  write(text: string): void;
  /** Bytes written and not yet taken by the network. */
  readonly waitingBytes: number;
  /** Ends the stream after what is waiting. */
  end(): void;
  /** Cuts the connection. */
  drop(): void;
}

export interface LiveDeps {
  results: Pick<ResultStore, "sources" | "stations">;
  sources: readonly SourceDescription[];
  now: () => number;
  onClients: (count: number) => void;
  onError: (error: unknown) => void;
}

/** What was last sent of a source, and what it was made from. */
interface SentSource {
  entry: SourceEntry;
  view: Source;
  stations: Map<string, Station>;
}

/**
 * One look at the results for all who follow them: `state` (everything) when a client joins and every minute,
 * `changes` (the stations and sources that differ) in between. Nothing is read while nobody follows.
 */
export class LiveFeed {
  readonly #deps: LiveDeps;
  readonly #options: LiveOptions;
  readonly #clients = new Set<LiveClient>();
  #sent: Map<string, SentSource> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> | null = null;
  #again = false;
  #id: number;
  #fullAt = 0;
  #writtenAt = 0;
  #closed = false;

  constructor(deps: LiveDeps, options: Partial<LiveOptions> = {}) {
    this.#deps = deps;
    this.#options = { ...liveDefaults, ...options };
    // Starting from the clock keeps ids growing over a restart.
    this.#id = deps.now();
  }

  get isFull(): boolean {
    return this.#clients.size >= this.#options.maxClients;
  }

  /** Sends the full state and, until the client leaves, what differs from it. */
  async join(client: LiveClient): Promise<void> {
    if (this.#closed) {
      client.end();
      return;
    }
    this.#clients.add(client);
    this.#deps.onClients(this.#clients.size);
    this.#timer ??= setInterval(() => void this.notify(), this.#options.intervalMs);
    client.write(retryField(this.#options.retryMs));
    if (this.#sent === null) {
      // The first look sends the state to all who wait for it.
      await this.notify();
      return;
    }
    client.write(serverSentEvent("state", this.#id, this.#fullText(this.#sent)));
  }

  leave(client: LiveClient): void {
    if (!this.#clients.delete(client)) return;
    this.#deps.onClients(this.#clients.size);
    if (this.#clients.size > 0) return;
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#sent = null;
  }

  /** Looks at the results now; resolves when what differs has been sent. Calls during a look add one more look. */
  notify(): Promise<void> {
    this.#again = true;
    this.#running ??= this.#lookWhileAsked().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  /** Ends all streams. */
  close(): void {
    this.#closed = true;
    for (const client of [...this.#clients]) {
      client.end();
      this.leave(client);
    }
  }

  async #lookWhileAsked(): Promise<void> {
    while (this.#again && this.#clients.size > 0) {
      this.#again = false;
      try {
        await this.#look();
      } catch (error) {
        this.#deps.onError(error);
      }
    }
  }

  async #look(): Promise<void> {
    const now = this.#deps.now();
    const before = this.#sent;
    const full = before === null || now - this.#fullAt >= this.#options.fullMs;
    const entries = await listSources(this.#deps.results, this.#deps.sources);
    const next = new Map<string, SentSource>();
    const changes: { sources: Source[]; stations: Station[] } = { sources: [], stations: [] };
    for (const entry of entries) {
      const known = before?.get(entry.name) ?? null;
      const view = sourceView(entry, now);
      const moved = full || known === null || stationsMayDiffer(known.entry, entry, view, known.view);
      const stations = moved ? await this.#stations(entry, now) : known.stations;
      next.set(entry.name, { entry, view, stations });
      if (full) continue;
      if (known === null || !sameSource(known.view, view)) changes.sources.push(view);
      if (moved) changes.stations.push(...differing(known?.stations ?? null, stations));
    }
    // While the results were read everyone may have left, and new ones come who have no state to compare with.
    if (this.#sent !== before || this.#clients.size === 0) {
      this.#again = true;
      return;
    }
    this.#sent = next;
    if (full) {
      this.#fullAt = now;
      this.#id++;
      this.#broadcast(serverSentEvent("state", this.#id, this.#fullText(next)), now);
    } else if (changes.sources.length > 0 || changes.stations.length > 0) {
      this.#id++;
      const text = JSON.stringify({ at: isoTime(now), ...changes });
      this.#broadcast(serverSentEvent("changes", this.#id, text), now);
    } else if (now - this.#writtenAt >= this.#options.heartbeatMs) {
      this.#broadcast(heartbeat, now);
    }
  }

  async #stations(entry: SourceEntry, now: number): Promise<Map<string, Station>> {
    const states = entry.state === null ? [] : await this.#deps.results.stations({ source: entry.name });
    return new Map(states.map((state) => [state.station, stationView(state, entry, now)]));
  }

  #fullText(sent: ReadonlyMap<string, SentSource>): string {
    const now = this.#deps.now();
    const all = [...sent.values()];
    return JSON.stringify({
      at: isoTime(now),
      sources: all.map(({ entry }) => sourceView(entry, now)),
      stations: all.flatMap(({ stations }) => [...stations.values()]),
    });
  }

  #broadcast(text: string, now: number): void {
    this.#writtenAt = now;
    for (const client of [...this.#clients]) {
      if (client.waitingBytes <= this.#options.maxBufferBytes) {
        client.write(text);
        continue;
      }
      client.drop();
      this.leave(client);
    }
  }
}

/** Stations differ after a poll, at the end of a recording, and when their source's polls stop or start again. */
function stationsMayDiffer(a: SourceEntry, b: SourceEntry, viewA: Source, viewB: Source): boolean {
  return (
    a.state?.lastPollAt !== b.state?.lastPollAt ||
    a.state?.ended !== b.state?.ended ||
    viewA.freshness.cause !== viewB.freshness.cause
  );
}

function differing(before: ReadonlyMap<string, Station> | null, after: ReadonlyMap<string, Station>): Station[] {
  const stations: Station[] = [];
  for (const [code, station] of after) {
    const known = before?.get(code);
    if (known === undefined || !sameStation(known, station)) stations.push(station);
  }
  return stations;
}
