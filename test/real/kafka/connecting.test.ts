import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ClusterLink } from "../../../adapters/kafka/client/cluster-link.ts";
import type { ConnectionSettings } from "../../../adapters/kafka/client/connection-settings.ts";
import { describeReal } from "../servers.ts";

describeReal("connecting to Kafka", ["kafka", "kafkaSasl"], ({ kafka, kafkaSasl }) => {
  let dir: string;
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), "velib-kafka-"));
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  function settings(password: string, overrides: Partial<ConnectionSettings> = {}): ConnectionSettings {
    const passwordFile = join(dir, "password");
    writeFileSync(passwordFile, `${password}\n`);
    return {
      brokers: kafkaSasl.brokers,
      clientId: "velib-test",
      tls: { caFile: kafkaSasl.caFile },
      sasl: { mechanism: "scram-sha-512", username: kafkaSasl.username, passwordFile },
      ...overrides,
    };
  }

  it("logs in by TLS and SCRAM, and reads a password that changed before the next connection", async () => {
    const given = settings("wrong");
    await expect(ClusterLink.open(given)).rejects.toMatchObject({ code: "VELIB_KAFKA_AUTHENTICATION" });
    writeFileSync(join(dir, "password"), kafkaSasl.password);

    const link = await ClusterLink.open(given);

    await link.refresh();
    await link.close();
  });

  it.each([
    ["a wrong password", "VELIB_KAFKA_AUTHENTICATION", false, () => settings("wrong")],
    [
      "an authority that did not sign the broker's certificate",
      "VELIB_KAFKA_TLS",
      false,
      () => settings(kafkaSasl.password, { tls: {} }),
    ],
    [
      "a password file that is not there",
      "VELIB_KAFKA_AUTHENTICATION",
      false,
      () => settings("", { sasl: { mechanism: "plain", username: "velib", passwordFile: "/nowhere/password" } }),
    ],
    [
      "a certificate file that is not there",
      "VELIB_KAFKA_TLS",
      false,
      () => settings("", { tls: { caFile: "/nowhere/ca.pem" } }),
    ],
    [
      "a port nobody listens on",
      "VELIB_KAFKA_UNREACHABLE",
      true,
      () => ({ brokers: ["127.0.0.1:9"], clientId: "velib-test" }),
    ],
    [
      "a TLS listener spoken to without TLS",
      "VELIB_KAFKA_UNREACHABLE",
      true,
      () => ({ brokers: kafkaSasl.brokers, clientId: "velib-test", connectTimeoutMs: 1_000 }),
    ],
    [
      "a plain listener spoken to by TLS",
      "VELIB_KAFKA_UNREACHABLE",
      true,
      () => ({ brokers: kafka, clientId: "velib-test", tls: {}, connectTimeoutMs: 1_000 }),
    ],
  ] as const)("says in one line that it met %s", async (_name, code, retryable, given) => {
    const opened = ClusterLink.open({ ...given(), brokers: [...given().brokers] });

    await expect(opened).rejects.toMatchObject({ code, retryable, message: expect.stringMatching(/^Kafka.*; .+$/) });
  });

  it("says that a broker is too old", async () => {
    const server = createServer((socket) => {
      socket.on("data", (request: Buffer) => {
        const body = request.readInt16BE(4) === metadataApi ? oneBroker(socket.localPort ?? 0) : oldVersions;
        const answer = Buffer.alloc(8 + body.length);
        answer.writeInt32BE(4 + body.length, 0);
        request.copy(answer, 4, 8, 12);
        body.copy(answer, 8);
        socket.write(answer);
      });
      socket.on("error", () => undefined);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" ? address?.port : null;

    const opened = ClusterLink.open({ brokers: [`127.0.0.1:${port}`], clientId: "velib-test" });

    await expect(opened).rejects.toMatchObject({ code: "VELIB_KAFKA_TOO_OLD", retryable: false });
    server.close();
  });
});

const metadataApi = 3;

/** An answer to ApiVersions: fetch (1) in versions 0 to 3, metadata (3) in 0 to 1. */
const oldVersions = Buffer.from([0, 0, 0, 0, 0, 2, 0, 1, 0, 0, 0, 3, 0, 3, 0, 0, 0, 1, 0, 0, 0, 0]);

/** An answer to Metadata, version 1: broker 0 at 127.0.0.1, which is the controller, and no topic. */
function oneBroker(port: number): Buffer {
  const host = Buffer.from("127.0.0.1");
  const numbers = Buffer.from([0, 0, 0, 1, 0, 0, 0, 0, 0, host.length]);
  const rest = Buffer.from([0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0]);
  rest.writeInt32BE(port, 0);
  return Buffer.concat([numbers, host, rest]);
}
