import { averagesView, collectionsOf } from "./collections.ts";
import { MongodbConnection } from "./mongodb-connection.ts";
import { modelCollections } from "./mongodb-models.ts";
import type { MongodbOptions } from "./options.ts";

/**
 * Drops a pipeline's collections: results, checkpoints and models; and the database, unless it holds something else.
 * Repeatable: what is gone is passed over.
 * @returns the collections, and the database, that were there
 * @throws VelibError VELIB_MONGODB_*
 */
export async function deletePipeline(
  options: MongodbOptions,
): Promise<{ collections: string[]; database: string | null }> {
  const connection = await MongodbConnection.open(options);
  try {
    const { database } = connection;
    const existing = await collectionNames(connection);
    const results = Object.values(collectionsOf(database)).map(({ collectionName }) => collectionName);
    const collections = [averagesView, ...results, ...modelCollections].filter((name) => existing.includes(name));
    for (const name of collections) await connection.guard(() => database.dropCollection(name));
    // What the server keeps of its own, as of a view, would keep the database.
    const left = await collectionNames(connection);
    const isOthers = left.some((name) => !name.startsWith("system."));
    if (existing.length === 0 || isOthers) return { collections, database: null };
    await connection.guard(() => database.dropDatabase());
    return { collections, database: options.database };
  } finally {
    await connection.close();
  }
}

async function collectionNames(connection: MongodbConnection): Promise<string[]> {
  const { database } = connection;
  const listed = await connection.guard(() => database.listCollections({}, { nameOnly: true }).toArray());
  return listed.map(({ name }) => name);
}
