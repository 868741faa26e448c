import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { ClusterLink } from "../../../adapters/kafka/client/cluster-link.ts";
import type { ConnectionSettings } from "../../../adapters/kafka/client/connection-settings.ts";
import { KafkaLog } from "../../../adapters/kafka/kafka-log.ts";
import { LogReader } from "../../contracts/log-reader.ts";
import { change, minute, pollMarker, start } from "../../contracts/log-records.ts";
import { uniqueName } from "../../contracts/opened.ts";
import { describeReal } from "../servers.ts";
import { dropTopics, logOptions } from "./kafka-pipeline.ts";

type Client = "client-1" | "client-2" | "client-expired";

describeReal("mutual TLS with Kafka", ["kafka", "kafkaMtls"], ({ kafka, kafkaMtls }) => {
  let dir: string;
  let settings: ConnectionSettings;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "velib-mtls-"));
    const tls = { caFile: kafkaMtls.caFile, certFile: join(dir, "tls.crt"), keyFile: join(dir, "tls.key") };
    settings = { brokers: kafkaMtls.brokers, clientId: "velib-test", tls, connectTimeoutMs: 3_000 };
  });

  afterEach(() => rmSync(dir, { recursive: true }));

  /** Puts a certificate and its key where the settings say they are, as a rotation does. */
  function mount(certificate: Client, key: Client = certificate): void {
    copyFileSync(join(kafkaMtls.clients, `${certificate}.pem`), join(dir, "tls.crt"));
    copyFileSync(join(kafkaMtls.clients, `${key}.key`), join(dir, "tls.key"));
  }

  it("shows the client's certificate, and the one that it was rotated to on connections made later", async () => {
    mount("client-1");
    const pipeline = uniqueName("mtls");
    const log = await KafkaLog.open({ ...logOptions(kafkaMtls.brokers, pipeline), connection: settings });
    await log.append({ records: [change("paris", "1", start)], marker: pollMarker("paris", start) });
    mount("client-expired");

    // Connections that are open go on; a consumer's are new, and have the certificate that is there now.
    await log.append({ records: [], marker: pollMarker("paris", start + minute) });
    const once = { signal: new AbortController().signal, untilEnd: true };
    await expect(log.consume("a", new LogReader(), once)).rejects.toMatchObject({ code: "VELIB_KAFKA_TLS" });
    mount("client-2");
    const reader = new LogReader();
    await log.consume("b", reader, once);

    expect(reader.allRecords().filter(({ kind }) => kind === "change")).toHaveLength(1);
    await log.close();
    await dropTopics(kafka, pipeline);
  });

  it.each([
    ["no certificate", null, /certificate/],
    ["an expired certificate", "client-expired", /expired on \d{4}-\d\d-\d\d; renew it/],
  ] as const)("says in one line that the broker refused %s", async (_what, client, said) => {
    if (client !== null) mount(client);
    const { caFile } = kafkaMtls;
    const given = client === null ? { ...settings, tls: { caFile } } : settings;

    const opened = ClusterLink.open(given);

    await expect(opened).rejects.toMatchObject({
      code: "VELIB_KAFKA_TLS",
      message: expect.stringMatching(/^Kafka[^\n]*; [^\n]+$/),
    });
    await expect(opened).rejects.toThrow(said);
  });

  it("says that certificate and key are not of one pair", async () => {
    mount("client-1", "client-2");

    await expect(ClusterLink.open(settings)).rejects.toMatchObject({
      code: "VELIB_KAFKA_TLS",
      message: expect.stringMatching(/not of one pair; mount both of one renewal$/),
    });
  });
});
