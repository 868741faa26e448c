import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { MongodbConnection } from "../../../adapters/mongodb/mongodb-connection.ts";
import type { MongodbTls } from "../../../adapters/mongodb/options.ts";
import { describeReal } from "../servers.ts";

type Client = "client-1" | "client-2" | "client-expired";

describeReal("MongoDB over TLS", ["mongodb", "mongodbAuth", "mongodbTls"], (addresses) => {
  const { mongodb, mongodbAuth, mongodbTls: certificates } = addresses;
  const caFile = join(certificates, "ca.pem");
  let dir: string;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "velib-mongodb-tls-"));
  });

  afterEach(() => rmSync(dir, { recursive: true }));

  function open(tls: MongodbTls, uri = mongodbAuth): Promise<MongodbConnection> {
    return MongodbConnection.open({ uri, database: "velib_tls", tls, serverSelectionTimeoutMs: 1_500 });
  }

  /** Certificate and key in one file, as MongoDB's clients have them. */
  function both(certificate: Client, key: Client = certificate): string {
    const file = join(dir, "both.pem");
    const [first, second] = [join(certificates, `${certificate}.pem`), join(certificates, `${key}.key`)];
    writeFileSync(file, `${readFileSync(first, "utf8")}${readFileSync(second, "utf8")}`);
    return file;
  }

  async function secureConnections(connection: MongodbConnection): Promise<number> {
    const { transportSecurity } = await connection.database.admin().serverStatus();
    return Number(transportSecurity["1.2"]) + Number(transportSecurity["1.3"]);
  }

  it.each([
    ["the server's certificate alone", null],
    ["a client's certificate too", "client-1"],
  ] as const)("speaks it, with %s", async (_, client) => {
    const first = await open({ caFile });
    const before = await secureConnections(first);
    const tls = client === null ? { caFile } : { caFile, certificateKeyFile: both(client) };

    const connection = await open(tls);

    expect(await secureConnections(connection)).toBeGreaterThan(before);
    await Promise.all([first.close(), connection.close()]);
  });

  it.each([
    ["the server's certificate is of an unknown authority", () => ({}), /self-signed certificate/],
    [
      "the file of authorities is absent",
      () => ({ caFile: join(dir, "no.pem") }),
      /no\.pem can't be read \(ENOENT\); mount/,
    ],
    [
      "the file of authorities holds none",
      () => ({ caFile: join(certificates, "client-1.key") }),
      /hold no certificate/,
    ],
    ["the client's certificate expired", () => own(both("client-expired")), /expired on \d{4}-\d\d-\d\d; renew it/],
    ["the client's certificate is absent", () => own(join(dir, "no.pem")), /no\.pem can't be read \(ENOENT\); mount/],
    ["certificate and key are no pair", () => own(both("client-1", "client-2")), /not of one pair; mount both/],
  ])("says in one line that %s", async (_, tls, said) => {
    const opened = open(tls());

    await expect(opened).rejects.toMatchObject({
      code: "VELIB_MONGODB_TLS",
      message: expect.stringMatching(/^MongoDB[^\n]*; [^\n]+$/),
    });
    await expect(opened).rejects.toThrow(said);
  });

  it("says in one line that the server does not speak it", async () => {
    await expect(open({ caFile }, mongodb)).rejects.toMatchObject({
      code: expect.stringMatching(/^VELIB_MONGODB_(TLS|UNREACHABLE)$/),
      message: expect.stringMatching(/^MongoDB[^\n]*; check [^\n]+$/),
    });
  });

  function own(certificateKeyFile: string): MongodbTls {
    return { caFile, certificateKeyFile };
  }
});
