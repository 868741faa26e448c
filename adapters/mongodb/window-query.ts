import type { Collection, Document, Filter, FindCursor, WithId } from "mongodb";
import type { WindowQuery } from "../../core/ports/result-store.ts";
import { startIndex } from "./collections.ts";
import { orderKey } from "./order-key.ts";

/** Windows that are sorted in the server's memory (some 300 bytes each, of its 100 MB) rather than read in order. */
const sortedInMemory = 100_000;

/**
 * The documents of a query in `_id` order. One station or zone of one source is a range of the `_id` index. A short
 * stretch of time over all of them is found by the index on `start`, then sorted; otherwise `_id` is walked.
 * @param member the field of the `_id` that names the station or zone
 */
export async function* windowsInOrder<T extends Document>(
  collection: Collection<T>,
  member: "station" | "zone",
  query: WindowQuery,
): AsyncGenerator<WithId<T>> {
  const sources = query.source === undefined ? await sourcesOf(collection) : [orderKey(query.source)];
  const time = { $gte: dateWithin(query.from ?? -Infinity), $lt: dateWithin(query.to ?? Infinity) };
  for (const source of sources) {
    if (query.id !== undefined) {
      const name = orderKey(query.id);
      yield* inOrder(collection, {
        _id: { $gte: { source, [member]: name, start: time.$gte }, $lt: { source, [member]: name, start: time.$lt } },
      });
      continue;
    }
    const filter = { _id: wholeSource(source) };
    const bounded = query.from !== undefined || query.to !== undefined;
    if (!bounded) yield* inOrder(collection, filter);
    else if (await isShort(collection, time)) yield* inOrder(collection, { ...filter, start: time }).hint(startIndex);
    else yield* inOrder(collection, { ...filter, start: time }).hint("_id_");
  }
}

function inOrder<T extends Document>(collection: Collection<T>, filter: Document): FindCursor<WithId<T>> {
  return collection.find(filterOf<T>(filter)).sort({ _id: 1 }).batchSize(2000);
}

async function isShort<T extends Document>(collection: Collection<T>, start: Document): Promise<boolean> {
  return (
    (await collection.countDocuments(filterOf<T>({ start }), { hint: startIndex, limit: sortedInMemory + 1 })) <=
    sortedInMemory
  );
}

/** Every source's key in order: one seek each. */
async function sourcesOf<T extends Document>(collection: Collection<T>): Promise<string[]> {
  const sources: string[] = [];
  let filter: Document = {};
  while (true) {
    const next = await collection
      .find(filterOf<T>(filter))
      .sort({ _id: 1 })
      .project<{ _id: { source: string } }>({ _id: 1 })
      .limit(1)
      .next();
    if (next === null) return sources;
    sources.push(next._id.source);
    filter = { _id: { $gte: { source: justAfter(next._id.source) } } };
  }
}

/** The driver can't type a filter on fields of a generic document. */
function filterOf<T extends Document>(filter: Document): Filter<T> {
  return filter as Filter<T>;
}

/** All `_id`s of a source: MongoDB compares them field by field, and the shorter one is less. */
export function wholeSource(source: string): Document {
  return { $gte: { source }, $lt: { source: justAfter(source) } };
}

function justAfter(text: string): string {
  return `${text}\0`;
}

const furthest = 8.64e15;

/** JavaScript and BSON know dates up to ± 8.64e15 ms; open ends go beyond. */
function dateWithin(ms: number): Date {
  return new Date(Math.min(Math.max(ms, -furthest), furthest));
}
