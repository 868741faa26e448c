import { createHash } from "node:crypto";
import type { Source } from "../../api/sources.ts";

/** What one producer has to do; null stands for the processes that poll nothing. */
export interface Shard {
  readonly sources: readonly Source[];
  /** Whether it asks for users too: one producer does. */
  readonly withUsers: boolean;
}

/**
 * Shares named things over a number of producers: every producer gets ⌊names / producers⌋ or one more, so that none
 * is without work, and a name that is added or taken away moves few others. Each name goes to the producer with the
 * highest hash of (name, producer) that has room (rendezvous hashing, Thaler and Ravishankar 1998, with bounded
 * loads). The order of the names does not matter. A source that moves is fenced: its new producer takes over from
 * where the log stands.
 */
export function shardsOf<T extends { readonly name: string }>(sources: readonly T[], producers: number): T[][] {
  const shards: T[][] = Array.from({ length: producers }, () => []);
  const least = Math.floor(sources.length / producers);
  let larger = sources.length % producers;

  const hasRoom = (shard: readonly T[]) => shard.length < least || (shard.length === least && larger > 0);
  for (const source of sources.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const best = shards
      .filter(hasRoom)
      .reduce((a, b) => (weight(source, shards.indexOf(b)) > weight(source, shards.indexOf(a)) ? b : a));
    if (best.length === least) larger--;
    best.push(source);
  }
  return shards;
}

function weight({ name }: { readonly name: string }, shard: number): number {
  return createHash("sha256").update(`${shard}:${name}`).digest().readUIntBE(0, 6);
}
