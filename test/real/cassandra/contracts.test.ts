import { afterAll } from "vitest";
import { CassandraHistory } from "../../../adapters/cassandra/cassandra-history.ts";
import type { HistoryStore } from "../../../core/ports/history-store.ts";
import { historyStoreContract } from "../../contracts/history-store-contract.ts";
import type { Opened } from "../../contracts/opened.ts";
import { uniqueName } from "../../contracts/opened.ts";
import { describeReal } from "../servers.ts";
import { dropKeyspace, optionsOf, plainClient } from "./fixtures.ts";

describeReal("Cassandra keeps the contract of its port", ["cassandra"], ({ cassandra: address }) => {
  const keyspace = uniqueName("velib");

  // One keyspace for all: making one takes seconds. Sources differ from test to test; positions are cleared.
  historyStoreContract("Cassandra", async (): Promise<Opened<HistoryStore>> => {
    let history = await CassandraHistory.open(optionsOf(address, keyspace));
    return {
      port: history,
      async reopen() {
        await history.close();
        history = await CassandraHistory.open(optionsOf(address, keyspace));
        return history;
      },
      async close() {
        await history.close();
        const client = plainClient(address);
        await client.execute(`TRUNCATE ${keyspace}.history_positions`);
        await client.shutdown();
      },
    };
  });

  afterAll(() => dropKeyspace(address, keyspace));
});
