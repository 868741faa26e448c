import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { CassandraHistory } from "../../../adapters/cassandra/cassandra-history.ts";
import { MongodbResults } from "../../../adapters/mongodb/mongodb-results.ts";
import { Readiness } from "../../../services/backbone/readiness.ts";
import { ServerWatch } from "../../../services/backbone/server-watch.ts";
import { uniqueName } from "../../contracts/opened.ts";
import { openTcpProxy, type TcpProxy } from "../../testbed/faults/tcp-proxy.ts";
import { dropKeyspace, optionsOf } from "../cassandra/fixtures.ts";
import { describeReal } from "../servers.ts";

const times = { everyMs: 200, patienceMs: 1_000 };

describeReal("readiness while nothing is to do", ["mongodb", "cassandra"], ({ mongodb, cassandra }) => {
  let readiness: Readiness;
  let watch: ServerWatch;
  let proxy: TcpProxy;

  beforeEach(() => {
    readiness = new Readiness();
    readiness.started();
    watch = new ServerWatch(readiness, times);
  });

  afterEach(async () => {
    watch.stop();
    await proxy.close();
  });

  function until(ready: boolean) {
    return vi.waitFor(() => expect(readiness.state().ready).toBe(ready), { timeout: 20_000, interval: 50 });
  }

  it("names a MongoDB that the line to was cut, and is back with it", async () => {
    const { hostname, port } = new URL(mongodb);
    proxy = await openTcpProxy(0, { host: hostname, port: Number(port) });
    const uri = `mongodb://127.0.0.1:${proxy.port}/?directConnection=true`;
    const database = uniqueName("ready");
    const results = await MongodbResults.open({ uri, database, serverSelectionTimeoutMs: 800 });
    watch.add("mongodb", results);

    await until(true);
    await proxy.refuse();
    await until(false);
    const cut = readiness.state();
    await proxy.heal();
    await until(true);

    expect(cut).toMatchObject({
      ready: false,
      cause: expect.stringMatching(/^(MongoDB at 127|mongodb did not answer)/),
    });
    await results.close();
  });

  it("names a Cassandra that the line to was cut, and is back with it", async () => {
    const [host, port] = (cassandra.contactPoints[0] ?? "").split(":");
    proxy = await openTcpProxy(0, { host: host ?? "", port: Number(port) });
    const keyspace = uniqueName("ready");
    const address = { contactPoints: [`127.0.0.1:${proxy.port}`], dataCenter: cassandra.dataCenter };
    const history = await CassandraHistory.open({ ...optionsOf(address, keyspace), readTimeoutMs: 2_000 });
    watch.add("cassandra", history);

    await until(true);
    await proxy.refuse();
    await until(false);
    const cut = readiness.state();
    await proxy.heal();
    await until(true);

    expect(cut).toMatchObject({
      ready: false,
      cause: expect.stringMatching(/^(Cassandra at 127|cassandra did not answer)/),
    });
    await history.close();
    await dropKeyspace(cassandra, keyspace);
  });
});
