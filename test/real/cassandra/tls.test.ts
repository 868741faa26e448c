import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { CassandraConnection } from "../../../adapters/cassandra/cassandra-connection.ts";
import type { TlsFiles } from "../../../adapters/tls/tls-files.ts";
import { openTcpProxy, type TcpProxy } from "../../testbed/faults/tcp-proxy.ts";
import { describeReal } from "../servers.ts";

type Client = "client-1" | "client-2" | "client-expired";

describeReal("Cassandra over mutual TLS", ["cassandraAuth", "cassandraTls"], (addresses) => {
  const { cassandraAuth, cassandraTls: certificates } = addresses;
  const caFile = join(certificates, "ca.pem");
  let dir: string;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "velib-cassandra-tls-"));
  });

  afterEach(() => rmSync(dir, { recursive: true }));

  async function open(tls: TlsFiles, contactPoints = cassandraAuth.contactPoints): Promise<CassandraConnection> {
    const { dataCenter: localDataCenter, username, password } = cassandraAuth;
    const settings = { contactPoints, localDataCenter, username, password, keyspace: "velib_tls", tls };
    const connection = await CassandraConnection.open({ ...settings, connectTimeoutMs: 2_000, readTimeoutMs: 2_000 });
    onTestFinished(() => connection.close());
    return connection;
  }

  function filesOf(certificate: Client, key: Client = certificate): TlsFiles {
    return { caFile, certFile: join(certificates, `${certificate}.pem`), keyFile: join(certificates, `${key}.key`) };
  }

  it("shows the client's certificate", async () => {
    const { client } = await open(filesOf("client-1"));

    const { rows } = await client.execute("SELECT address, port, ssl_enabled FROM system_views.clients");

    expect(rows.map((row) => row.get("ssl_enabled"))).toContain(true);
  });

  describe("when certificates are rotated", () => {
    let mounted: { caFile: string; certFile: string; keyFile: string };
    let proxy: TcpProxy;

    beforeEach(async () => {
      mounted = { caFile: join(dir, "ca.crt"), certFile: join(dir, "tls.crt"), keyFile: join(dir, "tls.key") };
      const [host = "", port] = (cassandraAuth.contactPoints[0] ?? "").split(":");
      proxy = await openTcpProxy(0, { host, port: Number(port) });
    });

    afterEach(() => proxy.close());

    function mount(authority: string, client: Client): void {
      copyFileSync(authority, mounted.caFile);
      copyFileSync(join(certificates, `${client}.pem`), mounted.certFile);
      copyFileSync(join(certificates, `${client}.key`), mounted.keyFile);
    }

    it("connects anew with what the files hold then", async () => {
      mount(caFile, "client-1");
      const connection = await open(mounted, [`127.0.0.1:${proxy.port}`]);

      // an authority that did not sign the server's certificate: what is open goes on, what is opened later fails
      mount(join(certificates, "client-2.pem"), "client-1");
      await connection.ping();
      proxy.reset();
      await vi.waitFor(() => expect(connection.ping()).rejects.toThrow(/^Cassandra at/));
      // three of the driver's tries, which it makes after 1, 2 and 4 s
      for (const until = Date.now() + 8_000; Date.now() < until; await sleep(200)) {
        await expect(connection.ping()).rejects.toThrow(/^Cassandra at/);
      }
      mount(caFile, "client-2");

      await vi.waitFor(() => connection.ping(), 60_000);
    });

    it("connects with what they held last while they can't be read", async () => {
      mount(caFile, "client-1");
      const connection = await open(mounted, [`127.0.0.1:${proxy.port}`]);

      rmSync(mounted.certFile);
      proxy.reset();
      await vi.waitFor(() => expect(connection.ping()).rejects.toThrow(/^Cassandra at/), { interval: 1 });

      await vi.waitFor(() => connection.ping(), 60_000);
    });
  });

  it.each([
    ["no certificate is shown", () => ({ caFile }), /certificate required/],
    [
      "the node's certificate is of an unknown authority",
      () => ({ ...filesOf("client-1"), caFile: undefined }),
      /self-signed/,
    ],
    ["the node has another name", () => ({ ...filesOf("client-1"), serverName: "else.where" }), /else\.where/],
    [
      "the file of authorities is absent",
      () => ({ caFile: join(dir, "no.pem") }),
      /no\.pem can't be read \(ENOENT\); mount/,
    ],
    ["the client's certificate expired", () => filesOf("client-expired"), /expired on \d{4}-\d\d-\d\d; renew it/],
    ["certificate and key are no pair", () => filesOf("client-1", "client-2"), /not of one pair; mount both/],
  ])("says in one line that %s", async (_, tls, said) => {
    const opened = open(tls() as TlsFiles);

    await expect(opened).rejects.toMatchObject({
      code: "VELIB_CASSANDRA_TLS",
      message: expect.stringMatching(/^Cassandra[^\n]*; [^\n]+$/),
    });
    await expect(opened).rejects.toThrow(said);
  });
});
