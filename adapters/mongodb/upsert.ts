import {
  type AnyBulkWriteOperation,
  type Collection,
  type Document,
  MongoBulkWriteError,
  type OptionalUnlessRequiredId,
} from "mongodb";
import { serverCode } from "./mongodb-error.ts";
import type { Writer } from "./state-documents.ts";

/**
 * Writes documents by their `_id`: inserts, and replaces those that are there already. Nearly every window is
 * written once, and an insert costs the server a third of an upsert.
 */
export async function insertOrReplace<T extends Document>(
  collection: Collection<T>,
  documents: OptionalUnlessRequiredId<T>[],
): Promise<void> {
  if (documents.length === 0) return;
  const there = await insert(collection, documents);
  if (there.length === 0) return;
  const operations = there.map((document) => replaceOne<T>({ _id: document._id }, document));
  await collection.bulkWrite(operations, { ordered: false });
}

/** Inserts what is new; gives back what was there. */
async function insert<T extends Document>(
  collection: Collection<T>,
  documents: OptionalUnlessRequiredId<T>[],
): Promise<OptionalUnlessRequiredId<T>[]> {
  try {
    await collection.insertMany(documents, { ordered: false });
    return [];
  } catch (error) {
    return duplicates(error).map((index) => documents[index]!);
  }
}

/** Indexes of the documents that were there; what failed for another reason is thrown. */
function duplicates(error: unknown): number[] {
  if (!(error instanceof MongoBulkWriteError) || error.result.getWriteConcernError()) throw error;
  const errors = error.result.getWriteErrors();
  if (errors.length === 0 || errors.some(({ code }) => code !== serverCode.duplicateKey)) throw error;
  return errors.map(({ index }) => index);
}

/**
 * Replaces rows by their `_id` except those that a newer generation of the same partition wrote: a process that was
 * suspended after its fence check must not turn the latest states back.
 */
export async function replaceUnlessNewer<T extends Document & Writer>(
  collection: Collection<T>,
  documents: T[],
  { partition, generation }: Writer,
): Promise<void> {
  if (documents.length === 0) return;
  const operations = documents.map((document) =>
    replaceOne<T>({ _id: document._id, $nor: [{ partition, generation: { $gt: generation } }] }, document),
  );
  // A row the filter passes over is inserted, and met as a duplicate. So is one that another partition's first
  // commit inserts at the same time: that one is replaced the second time.
  const refused = await tryAll(collection, operations);
  await tryAll(collection, refused);
}

/** Gives back the operations that met a duplicate. */
async function tryAll<T extends Document>(
  collection: Collection<T>,
  operations: AnyBulkWriteOperation<T>[],
): Promise<AnyBulkWriteOperation<T>[]> {
  if (operations.length === 0) return [];
  try {
    await collection.bulkWrite(operations, { ordered: false });
    return [];
  } catch (error) {
    return duplicates(error).map((index) => operations[index]!);
  }
}

/** The driver can't type a replacement of a generic document. */
function replaceOne<T extends Document>(filter: Document, document: Document): AnyBulkWriteOperation<T> {
  const { _id, ...replacement } = document;
  return { replaceOne: { filter, replacement, upsert: true } } as AnyBulkWriteOperation<T>;
}
