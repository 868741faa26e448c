import { MongoClient } from "mongodb";
import { MongodbResults } from "../../../adapters/mongodb/mongodb-results.ts";
import type { ResultStore } from "../../../core/ports/result-store.ts";
import type { Opened } from "../../contracts/opened.ts";
import { resultQueryContract } from "../../contracts/result-query-contract.ts";
import { resultStoreContract } from "../../contracts/result-store-contract.ts";
import { describeReal } from "../servers.ts";

describeReal("MongoDB keeps the contracts of its port", ["mongodb"], ({ mongodb: uri }) => {
  resultStoreContract("MongoDB", (id) => openResults(uri, id));
  resultQueryContract("MongoDB", (id) => openResults(uri, id));
});

async function openResults(uri: string, id: string): Promise<Opened<ResultStore>> {
  const options = { uri, database: `velib_test_${id}` };
  let results = await MongodbResults.open(options);
  return {
    port: results,
    async reopen() {
      await results.close();
      results = await MongodbResults.open(options);
      return results;
    },
    async close() {
      await results.close();
      const client = new MongoClient(uri);
      await client.db(options.database).dropDatabase();
      await client.close();
    },
  };
}
