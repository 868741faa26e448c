import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ClusterLink } from "../../../adapters/kafka/client/cluster-link.ts";
import type { ConnectionSettings } from "../../../adapters/kafka/client/connection-settings.ts";
import { describeReal } from "../servers.ts";
import { oldBroker } from "./old-broker.ts";

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
    const broker = await oldBroker();

    const opened = ClusterLink.open({ brokers: [broker.address], clientId: "velib-test" });

    await expect(opened).rejects.toMatchObject({ code: "VELIB_KAFKA_TOO_OLD", retryable: false });
    broker.close();
  });
});
